package dev.touchstone.critique.asyncstage;

/**
 * What calls use up.
 *
 * @param tokens tokens in and out
 * @param money in billionths of the currency that prices are given in
 */
public record Spend(long tokens, long money) {
    /** Nothing. */
    public static final Spend NONE = new Spend(0, 0);
}
