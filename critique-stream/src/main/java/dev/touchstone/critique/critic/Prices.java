package dev.touchstone.critique.critic;

import dev.touchstone.schemas.UserError;

/**
 * What a critic costs, in a currency of the operator's choice.
 *
 * @param perMillionInput price of a million tokens of prompt, 0 or more
 * @param perMillionOutput price of a million tokens of answer, 0 or more
 */
public record Prices(double perMillionInput, double perMillionOutput) {
    /** Billionths in one unit of the currency. */
    public static final double BILLION = 1e9;

    /** Calls cost nothing. */
    public static final Prices NONE = new Prices(0, 0);

    private static final double PER_TOKEN = BILLION / 1e6;

    /** @throws UserError if a price is negative */
    public Prices {
        if (!(perMillionInput >= 0) || !(perMillionOutput >= 0)) {
            throw new UserError("A price of the critic is below 0: set touchstone.critic.price-per-million-input-tokens"
                    + " and -output-tokens to 0 or more.");
        }
    }

    /** Whether a call costs anything. */
    public boolean areKnown() {
        return perMillionInput > 0 || perMillionOutput > 0;
    }

    /**
     * A budget in billionths, rounded up.
     *
     * @throws UserError if it is negative or no finite number
     */
    public static long billionths(double amount) {
        if (!(amount >= 0) || Double.isInfinite(amount)) {
            throw new UserError("touchstone.critic.budget-per-day is " + amount
                    + ": set it to a number above 0, or to 0 for no limit.");
        }
        return (long) Math.ceil(amount * BILLION);
    }

    /** The price of a call, in billionths. */
    long of(long inputTokens, long outputTokens) {
        return (long) Math.ceil(PER_TOKEN * (perMillionInput * inputTokens + perMillionOutput * outputTokens));
    }
}
