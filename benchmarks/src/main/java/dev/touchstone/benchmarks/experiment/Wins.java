package dev.touchstone.benchmarks.experiment;

/** How often the better completion wins: the one way in which accuracies are counted here. */
public final class Wins {
    private Wins() {}

    /**
     * The share of the better ones that score above all of their rivals, 0 to 1; where several are at the top together each has its part.
     *
     * @param better scores of the better ones
     * @param rivals scores of the others, those of one better one side by side; as many for each
     */
    static double share(double[] better, double[] rivals) {
        int each = rivals.length / better.length;
        double won = 0;
        for (int i = 0; i < better.length; i++) {
            int beside = 1;
            boolean lost = false;
            for (int j = i * each; j < (i + 1) * each; j++) {
                beside += rivals[j] == better[i] ? 1 : 0;
                lost |= !(better[i] >= rivals[j]);
            }
            won += lost ? 0 : 1.0 / beside;
        }
        return won / better.length;
    }

    /** For each pair 1 if the better one scores more, 0.5 for a draw, else 0. */
    public static double[] each(double[] better, double[] rivals) {
        double[] won = new double[better.length];
        for (int i = 0; i < won.length; i++) {
            won[i] = better[i] > rivals[i] ? 1 : better[i] == rivals[i] ? 0.5 : 0;
        }
        return won;
    }
}
