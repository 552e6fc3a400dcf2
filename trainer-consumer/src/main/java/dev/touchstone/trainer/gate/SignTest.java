package dev.touchstone.trainer.gate;

/** The exact one-sided sign test (Arbuthnott, 1710; on paired right-or-wrong outcomes it is McNemar's, 1947). */
final class SignTest {
    private SignTest() {}

    /**
     * The chance of at least so many successes when success and failure are equally likely.
     *
     * @param successes 0 or more
     * @param failures 0 or more
     */
    static double atLeast(long successes, long failures) {
        long n = successes + failures;
        double logChoose = 0; // of n over k, at k = n
        double sum = 0;
        for (long k = n; k >= successes; k--) {
            sum += Math.exp(logChoose - n * Math.log(2));
            logChoose += Math.log((double) k) - Math.log((double) (n - k + 1));
        }
        return Math.min(1, sum);
    }
}
