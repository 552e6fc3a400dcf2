package dev.touchstone.scorer.http;

/** A request cannot be answered; carries the HTTP status and the error to answer with. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    /**
     * @param status HTTP status, 400 to 599
     * @param code for programs, a word that stays the same
     * @param message one sentence that says what is wrong and how to mend it
     */
    public ApiException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** What the client is told. */
    public ApiError error() {
        return ApiError.of(code, String.valueOf(getMessage()));
    }

    static ApiException badRequest(String code, String message) {
        return new ApiException(400, code, message);
    }
}
