package dev.touchstone.benchmarks.experiment;

import java.util.List;
import java.util.Random;

/**
 * Immutable. The best accuracies that can be had on the test {@code id} by anybody who knows how the task is made, its weights and its
 * tables included, but sees only a part of each pair. An arm above the ceiling of what it sees has seen more than it should.
 */
final class Ceilings {
    private static final int KINDS = 8;

    private final LookupTask task;
    private final List<Pair> pairs;

    /**
     * @param number pairs to draw; half a point is the standard error with 10,000, less where most pairs are certain
     * @param random where they come from
     */
    Ceilings(LookupTask task, int number, Random random) {
        this.task = task;
        pairs = task.test(number, LookupTask.Slice.ID, random);
    }

    /**
     * From the verdicts of a critic on both sides and nothing else: for each of the 8 x 8 verdicts the side that is more often the better
     * one. The chances of wrong verdicts are summed exactly, the pairs are drawn.
     *
     * @param error the critic's, 0 to 0.5
     */
    double verdicts(double error) {
        double[][] truth = new double[KINDS][KINDS];
        for (Pair pair : pairs) {
            truth[kind(pair.chosen())][kind(pair.rejected())] += 1.0 / pairs.size();
        }
        double[][] seen = new double[KINDS][KINDS];
        for (int i = 0; i < KINDS; i++) {
            for (int j = 0; j < KINDS; j++) {
                for (int a = 0; a < KINDS; a++) {
                    for (int b = 0; b < KINDS; b++) {
                        seen[a][b] += truth[i][j] * chance(i, a, error) * chance(j, b, error);
                    }
                }
            }
        }
        double right = 0;
        for (int a = 0; a < KINDS; a++) {
            for (int b = 0; b < KINDS; b++) {
                right += Math.max(seen[a][b], seen[b][a]) / 2;
            }
        }
        return right;
    }

    /**
     * From the verdicts, the hidden taste for words and the lengths: all that can be known without the tables.
     *
     * @param error the critic's, 0 to 0.5
     * @param random for the critic's errors
     */
    double verdictsTasteAndLength(double error, Random random) {
        double right = 0;
        for (Pair pair : pairs) {
            double better = chosenIsBetter(
                    heard(pair.chosen(), error, random),
                    heard(pair.rejected(), error, random),
                    error,
                    task.taste(pair.chosen()) - task.taste(pair.rejected()),
                    pair.chosen().body().size() - pair.rejected().body().size());
            right += Math.max(better, 1 - better);
        }
        return right / pairs.size();
    }

    /** Of training labels: whoever knows the truth agrees with those that are not flipped, and more has learnt the flips by heart. */
    double labels() {
        return 1 - task.settings().flips();
    }

    /**
     * The chance that the chosen side is the better one, to somebody who does not know which one is chosen.
     *
     * @param chosen verdicts on it, one bit for each aspect
     * @param rejected verdicts on the other side
     * @param taste difference of taste, chosen less rejected
     * @param longer difference of length, likewise
     */
    double chosenIsBetter(int chosen, int rejected, double error, double taste, int longer) {
        double shorterIsKept = (1 - task.settings().longer()) / task.settings().longer();
        double better = 0;
        double worse = 0;
        for (int i = 0; i < KINDS; i++) {
            for (int j = 0; j < KINDS; j++) {
                double mass = chance(i, chosen, error) * chance(j, rejected, error);
                double difference = worth(i) - worth(j) + taste;
                if (difference >= LookupTask.TIE) {
                    better += mass * (longer >= 0 ? 1 : shorterIsKept);
                } else if (difference <= -LookupTask.TIE) {
                    worse += mass * (longer <= 0 ? 1 : shorterIsKept);
                }
            }
        }
        return better + worse == 0 ? 0.5 : better / (better + worse);
    }

    private static int heard(Completion completion, double error, Random random) {
        int kind = kind(completion);
        for (int bit = 1; bit < KINDS; bit *= 2) {
            kind ^= random.nextDouble() < error ? bit : 0;
        }
        return kind;
    }

    /** The three aspects as bits. */
    private static int kind(Completion completion) {
        return (completion.correct() ? 1 : 0) + (completion.inForm() ? 2 : 0) + (completion.polite() ? 4 : 0);
    }

    private static double worth(int kind) {
        return ((kind & 1) != 0 ? LookupTask.CORRECT : 0)
                + ((kind & 2) != 0 ? LookupTask.IN_FORM : 0)
                + ((kind & 4) != 0 ? LookupTask.POLITE : 0);
    }

    /** That a critic says this of what is so; all kinds are drawn alike, so that it is the chance that this is so if it says that, too. */
    private static double chance(int so, int said, double error) {
        int wrong = Integer.bitCount(so ^ said);
        return Math.pow(error, wrong) * Math.pow(1 - error, Integer.bitCount(KINDS - 1) - wrong);
    }
}
