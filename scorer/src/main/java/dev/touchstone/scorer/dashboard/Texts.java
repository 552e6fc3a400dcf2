package dev.touchstone.scorer.dashboard;

/** Texts of users, cut to what is shown. */
final class Texts {
    private Texts() {}

    /** The beginning of a text, at most {@code most} UTF-16 units and an ellipsis, no character cut in two. */
    static String shortened(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text.substring(0, end) + "\u2026";
    }
}
