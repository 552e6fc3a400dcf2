package dev.touchstone.scorer.http;

/**
 * The one shape of every error: {@code {"error":{"code":"...","message":"..."}}}.
 *
 * @param error what went wrong
 */
public record ApiError(Detail error) {
    /**
     * What went wrong.
     *
     * @param code for programs, a word that stays the same
     * @param message for people, one sentence that says what is wrong and how to mend it
     */
    public record Detail(String code, String message) {}

    /** An error of a code and a message. */
    public static ApiError of(String code, String message) {
        return new ApiError(new Detail(code, message));
    }
}
