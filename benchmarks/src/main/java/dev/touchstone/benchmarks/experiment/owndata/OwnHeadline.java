package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Arm;
import dev.touchstone.benchmarks.experiment.owndata.PromptBootstrap.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Immutable. What it comes to, in sentences. The conditions of failure are those of the made-up task. */
final class OwnHeadline {
    /** A control that is nearer to the critiqued arm than this did as well: then it is not the critique that helps. */
    private static final double NEAR = 0.01;

    private static final double CHANCE = 0.5;

    private final OwnExperiment experiment;
    private final int most;
    private final List<String> sentences = new ArrayList<>();

    OwnHeadline(OwnExperiment experiment, PromptBootstrap bootstrap, int most) {
        this.experiment = experiment;
        this.most = most;
        double[] plain = right(new OwnCondition(Arm.PLAIN, null));
        Interval alone = bootstrap.mean(plain);
        if (alone.low() <= CHANCE) {
            say("The plain model cannot be told from guessing: %.3f (%.3f to %.3f) with %,d pairs.", alone, most);
        }
        double[] length = experiment.laboratory().longer();
        double byLength = Math.max(Numbers.mean(length), 1 - Numbers.mean(length));
        if (byLength >= alone.middle()) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "Length alone tells %.3f, no less than the plain model (%.3f).",
                    byLength,
                    alone.middle()));
        }
        if (experiment.critiqued().isEmpty()) {
            sentences.add("Nothing is said of critiques: there are none.");
            canary(alone.middle());
            return;
        }
        OwnCondition best = experiment.critiqued().get(0);
        double[] critiqued = right(best);
        double ours = Numbers.mean(critiqued);
        for (OwnCondition condition : experiment.critiqued()) {
            Interval gain = bootstrap.difference(right(condition), plain);
            say(
                    condition.label()
                            + (gain.low() > 0
                                    ? ": critiques helped, %+.3f (%+.3f to %+.3f) with %,d pairs."
                                    : gain.high() < 0
                                            ? ": CRITIQUES COST ACCURACY, %+.3f (%+.3f to %+.3f) with %,d pairs."
                                            : ": critiques did not help that one could tell, %+.3f (%+.3f to %+.3f) with %,d pairs."),
                    gain,
                    most);
        }
        for (OwnCondition control : List.of(best.in(Arm.SHUFFLED), new OwnCondition(Arm.FILLER, null))) {
            double theirs = Numbers.mean(right(control));
            if (theirs > ours - NEAR) {
                sentences.add(String.format(
                        Locale.ROOT,
                        "NOT REPRODUCED: with %,d pairs %s reaches %.3f, critiques %.3f.",
                        most,
                        control.label(),
                        theirs,
                        ours));
            }
        }
        if (experiment.hasVerdicts()) {
            for (OwnCondition condition : experiment.critiqued()) {
                Interval over = bootstrap.difference(right(condition), experiment.rule(condition, most));
                say(
                        condition.label()
                                + (over.low() > 0
                                        ? ": the model is better than the fitted rule of its critic's verdicts, %+.3f (%+.3f to %+.3f) with %,d pairs."
                                        : ": the model is NOT better than the fitted rule of its critic's verdicts, %+.3f (%+.3f to %+.3f)"
                                                + " with %,d pairs: preferences add nothing there."),
                        over,
                        most);
            }
        }
        canary(ours);
    }

    List<String> sentences() {
        return List.copyOf(sentences);
    }

    private void canary(double honest) {
        if (Numbers.mean(right(new OwnCondition(Arm.LEAKED, null))) <= honest) {
            sentences.add(
                    "THE CANARY IS SILENT: a critic that knows the labels is no better than what does not, so labels leak or nothing was"
                            + " learnt.");
        }
    }

    private double[] right(OwnCondition condition) {
        return OwnFindings.right(experiment.outcomes(condition, most));
    }

    private void say(String format, Interval interval, int pairs) {
        sentences.add(String.format(Locale.ROOT, format, interval.middle(), interval.low(), interval.high(), pairs));
    }
}
