package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Arm;
import dev.touchstone.benchmarks.experiment.Interval;
import dev.touchstone.benchmarks.experiment.Outcome;
import dev.touchstone.benchmarks.experiment.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Immutable. What it comes to, in sentences. The conditions of failure are those of the made-up task. */
final class OwnHeadline {
    /** A control that is nearer to the critiqued arm than this did as well: then it is not the critique that helps. */
    private static final double NEAR = 0.01;

    private static final double CHANCE = 0.5;

    private final OwnExperiment experiment;
    private final int most;
    private final List<Statement> statements = new ArrayList<>();

    OwnHeadline(OwnExperiment experiment, PromptBootstrap bootstrap, int most) {
        this.experiment = experiment;
        this.most = most;
        double[] plain = right(new OwnCondition(Arm.PLAIN, null));
        Interval alone = bootstrap.mean(plain);
        if (alone.low() <= CHANCE) {
            say(
                    Outcome.NOTE,
                    "the plain model cannot be told from guessing: %.3f (%.3f to %.3f) with %,d pairs.",
                    alone);
        }
        double[] length = experiment.laboratory().longer();
        double byLength = Math.max(Numbers.mean(length), 1 - Numbers.mean(length));
        if (byLength >= alone.middle()) {
            say(
                    Outcome.NOTE,
                    String.format(
                            Locale.ROOT,
                            "length alone tells %.3f, no less than the plain model (%.3f).",
                            byLength,
                            alone.middle()));
        }
        if (experiment.critiqued().isEmpty()) {
            say(Outcome.MISSING, "nothing is said of critiques: there are none.");
            canary(alone.middle());
            return;
        }
        OwnCondition best = experiment.critiqued().get(0);
        double[] critiqued = right(best);
        double ours = Numbers.mean(critiqued);
        for (OwnCondition condition : experiment.critiqued()) {
            Interval gain = bootstrap.difference(right(condition), plain);
            say(
                    gain.low() > 0 ? Outcome.REPRODUCED : gain.high() < 0 ? Outcome.COSTS : Outcome.NOT_REPRODUCED,
                    condition.label() + " over plain: %+.3f (%+.3f to %+.3f) with %,d pairs.",
                    gain);
        }
        for (OwnCondition control : List.of(best.in(Arm.SHUFFLED), new OwnCondition(Arm.FILLER, null))) {
            double theirs = Numbers.mean(right(control));
            if (theirs > ours - NEAR) {
                say(
                        Outcome.NOT_REPRODUCED,
                        String.format(
                                Locale.ROOT,
                                "with %,d pairs %s reaches %.3f, critiques %.3f.",
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
                        over.low() > 0 ? Outcome.ABOVE_RULE : Outcome.BELOW_RULE,
                        condition.label()
                                + " over the rule fitted to its critic's verdicts: %+.3f (%+.3f to %+.3f) with %,d pairs.",
                        over);
            }
        }
        canary(ours);
    }

    /** Bad news first. */
    List<Statement> statements() {
        return statements.stream()
                .sorted(Comparator.comparing(Statement::outcome))
                .toList();
    }

    private void canary(double honest) {
        if (Numbers.mean(right(new OwnCondition(Arm.LEAKED, null))) <= honest) {
            say(
                    Outcome.LEAK,
                    "the canary is silent: a critic that knows the labels is no better than what does not, so labels leak or nothing was"
                            + " learnt.");
        }
    }

    private double[] right(OwnCondition condition) {
        return OwnFindings.right(experiment.outcomes(condition, most));
    }

    private void say(Outcome outcome, String format, Interval interval) {
        say(outcome, String.format(Locale.ROOT, format, interval.middle(), interval.low(), interval.high(), most));
    }

    private void say(Outcome outcome, String text) {
        statements.add(new Statement(outcome, text));
    }
}
