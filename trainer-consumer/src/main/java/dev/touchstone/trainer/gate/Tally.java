package dev.touchstone.trainer.gate;

/**
 * Wins of a candidate over a champion, pair by pair: a side that gets a pair right where the other does not has won it, and
 * half won it where one of the two is a draw.
 *
 * @param lost pairs lost
 * @param halfLost pairs half lost
 * @param halfWon pairs half won
 * @param won pairs won
 */
record Tally(long lost, long halfLost, long halfWon, long won) {
    static final Tally NONE = new Tally(0, 0, 0, 0);

    /** Stakes that are bet with at the same time, see {@link #logEvidence}. */
    private static final int STAKES = 19;

    private static final double[][] LOGS = logs();

    /** Checks the counts. */
    Tally {
        if (lost < 0 || halfLost < 0 || halfWon < 0 || won < 0) {
            throw new IllegalArgumentException("A tally counts no fewer than no pairs.");
        }
    }

    /** One more pair, right (1), wrong (0) or a draw (0.5) for either. */
    Tally plus(double candidate, double champion) {
        double difference = candidate - champion;
        return new Tally(
                lost + (difference < -0.75 ? 1 : 0),
                halfLost + (difference < -0.25 && difference > -0.75 ? 1 : 0),
                halfWon + (difference > 0.25 && difference < 0.75 ? 1 : 0),
                won + (difference > 0.75 ? 1 : 0));
    }

    Tally plus(Tally other) {
        return new Tally(lost + other.lost, halfLost + other.halfLost, halfWon + other.halfWon, won + other.won);
    }

    /**
     * Logarithm of the evidence that the candidate is better: what a capital of 1 has become that was bet, pair by pair, at
     * fair odds for a candidate that is no better. Under a stake s a pair with difference d multiplies it by 1 + s d; the
     * stakes 0.05, 0.1 ... 0.95 get an equal part of the capital each (betting on a grid: Waudby-Smith and Ramdas, arXiv
     * 2010.09686). If the expected difference of each pair, given all before it, is 0 or less, no part of the
     * capital grows in expectation, so it is an e-process. As stakes never change, it follows from the counts alone.
     */
    double logEvidence() {
        double[] logs = new double[STAKES];
        for (int i = 0; i < STAKES; i++) {
            logs[i] = lost * LOGS[i][0] + halfLost * LOGS[i][1] + halfWon * LOGS[i][2] + won * LOGS[i][3];
        }
        return logSum(logs) - Math.log(logs.length);
    }

    /** log of the sum of exp(x). */
    static double logSum(double... x) {
        double most = Double.NEGATIVE_INFINITY;
        for (double v : x) {
            most = Math.max(most, v);
        }
        if (most == Double.NEGATIVE_INFINITY) {
            return most;
        }
        double sum = 0;
        for (double v : x) {
            sum += Math.exp(v - most);
        }
        return most + Math.log(sum);
    }

    /** By stake: logarithms of what a pair that is lost, half lost, half won or won multiplies the capital by. */
    private static double[][] logs() {
        double[][] logs = new double[STAKES][];
        for (int i = 0; i < STAKES; i++) {
            double stake = (i + 1) / 20.0;
            logs[i] =
                    new double[] {Math.log1p(-stake), Math.log1p(-stake / 2), Math.log1p(stake / 2), Math.log1p(stake)};
        }
        return logs;
    }
}
