package dev.touchstone.trainer.measure;

/**
 * A pair as the model scored it before it learnt from it. The model's probability that the chosen side beats the rejected one
 * is 1 / (1 + exp(-lead)) (Bradley and Terry, Biometrika 39, 1952), with no margin and no label smoothing, whatever the loss
 * that is trained on has of them.
 *
 * @param chosen logit of the chosen side
 * @param rejected logit of the rejected side
 * @param chosenLength length of the chosen completion in characters (UTF-16 units), critique not counted
 * @param rejectedLength the same of the rejected one
 */
public record ScoredPair(double chosen, double rejected, int chosenLength, int rejectedLength) {
    /** Chosen minus rejected logit. */
    public double lead() {
        return chosen - rejected;
    }

    /** 1 if the chosen side leads, 0 if the other does, one half at a draw. */
    public double correct() {
        return correct(lead());
    }

    static double correct(double lead) {
        return lead > 0 ? 1 : lead == 0 ? 0.5 : 0;
    }

    /** Probability that the chosen side beats the rejected one, 0 to 1. */
    double probability() {
        return 1 / (1 + StrictMath.exp(-lead()));
    }

    /** -log of that probability, in nats, without loss of digits at either end; StrictMath gives the same bits everywhere. */
    static double logLoss(double lead) {
        return Math.max(-lead, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(lead)));
    }
}
