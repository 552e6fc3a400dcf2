package dev.touchstone.benchmarks.experiment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * For one thread. Says whether the claim holds, by the conditions of failure that were fixed before the runs (docs/experiments.md): bad news
 * first.
 */
final class Headline {
    /** An arm that is nearer to the critiqued one than this did as well: then it is not the critique that helps. */
    static final double NEAR = 0.01;

    /** More above a ceiling than draws of test pairs explain. */
    static final double ABOVE = 0.02;

    private static final int ENOUGH_SEEDS = 5;

    private final Evidence evidence;
    private final List<Findings.GainAt> gains;
    private final Map<String, Double> fittedRule;
    private final double verdictCeiling;
    private final Grid grid;
    private final Condition plain = new Condition(Arm.PLAIN, 0);
    private final Condition critiqued;
    private final List<Statement> statements = new ArrayList<>();

    /**
     * @param gains over plain at all sizes
     * @param fittedRule accuracies of the rule fitted to as many pairs as are judged, by test
     * @param verdictCeiling the most that the best critic's verdicts alone allow
     */
    Headline(Evidence evidence, List<Findings.GainAt> gains, Map<String, Double> fittedRule, double verdictCeiling) {
        this.evidence = evidence;
        this.gains = gains;
        this.fittedRule = fittedRule;
        this.verdictCeiling = verdictCeiling;
        grid = evidence.grid();
        critiqued = new Condition(Arm.CRITIQUED, grid.best());
    }

    /** What is to be said of an experiment. */
    List<Statement> of(Experiment experiment) {
        statements.clear();
        if (Double.isNaN(at(critiqued, Evidence.ID))) {
            say(Outcome.MISSING, "nothing can be said before every seed has run.");
            return List.copyOf(statements);
        }
        leaks();
        switch (experiment) {
            case DATA_EFFICIENCY -> {
                better(Evidence.ID, List.of(Arm.PLAIN, Arm.SHUFFLED, Arm.FILLER));
                rule(Evidence.ID);
                costs();
            }
            case CRITIC_QUALITY -> dose();
            case HARD_SLICE -> {
                better("hard", List.of(Arm.PLAIN));
                rule("hard");
            }
            case OOD -> {
                for (String test : List.of("ood_operands", "ood_family")) {
                    better(test, List.of(Arm.PLAIN));
                    rule(test);
                }
            }
            case CRITIC_DRIFT -> drift();
        }
        int seeds = grid.seeds().count();
        if (seeds < ENOUGH_SEEDS) {
            say(Outcome.NOTE, "%d of the %d seeds that a result needs: this is a sketch.", seeds, ENOUGH_SEEDS);
        }
        return statements.stream()
                .sorted(Comparator.comparing(Statement::outcome))
                .toList();
    }

    private void leaks() {
        Condition leaked = new Condition(Arm.LEAKED, grid.best());
        double canary = at(leaked, Evidence.ID);
        if (Double.isNaN(canary)) {
            say(
                    Outcome.MISSING,
                    "the canary and the other controls have not been run on this grid; data-efficiency does.");
        } else if (canary <= at(critiqued, Evidence.ID)) {
            say(
                    Outcome.LEAK,
                    "the canary is silent: a critic that knows the labels (%.3f) is no better than one that does not (%.3f).",
                    canary,
                    at(critiqued, Evidence.ID));
        } else {
            say(
                    Outcome.NOTE,
                    "the canary fired: with %,d pairs a critic that knows the labels reaches %.3f, an honest one %.3f.",
                    grid.judged(),
                    canary,
                    at(critiqued, Evidence.ID));
        }
        double only = at(new Condition(Arm.CRITIQUE_ONLY, grid.best()), Evidence.ID);
        if (only > verdictCeiling + ABOVE) {
            say(
                    Outcome.LEAK,
                    "critiques without completions reach %.3f, and the best that their verdicts allow is %.3f.",
                    only,
                    verdictCeiling);
        }
    }

    private void better(String test, List<Arm> controls) {
        double ours = at(critiqued, test);
        boolean better = true;
        List<String> others = new ArrayList<>();
        for (Arm control : controls) {
            Condition condition = control == Arm.PLAIN ? plain : new Condition(control, grid.best());
            double theirs = at(condition, test);
            String named = name(condition) + " " + String.format(Locale.ROOT, "%.3f", theirs);
            others.add(named);
            if (Double.isNaN(theirs)) {
                say(Outcome.MISSING, "%s was not run with %,d pairs.", name(condition), grid.judged());
                better = false;
            } else if (theirs > ours - NEAR) {
                say(
                        Outcome.NOT_REPRODUCED,
                        "with %,d pairs %s reaches %.3f on %s, critiques reach %.3f.",
                        grid.judged(),
                        name(condition),
                        theirs,
                        test,
                        ours);
                better = false;
            }
        }
        if (better) {
            say(
                    Outcome.REPRODUCED,
                    "with %,d pairs critiques reach %.3f on %s; %s.",
                    grid.judged(),
                    ours,
                    test,
                    String.join(", ", others));
        }
    }

    private void rule(String test) {
        double ours = at(critiqued, test);
        double fitted = fittedRule.getOrDefault(test, Double.NaN);
        say(
                ours > fitted ? Outcome.ABOVE_RULE : Outcome.BELOW_RULE,
                "with %,d pairs the critiqued model reaches %.3f on %s, the rule fitted to its critic's verdicts %.3f.",
                grid.judged(),
                ours,
                test,
                fitted);
    }

    /** At every size that both arms have, of every critic. */
    private void costs() {
        gains.stream()
                .filter(at -> at.gain().middle() < -NEAR)
                .forEach(at -> say(
                        Outcome.COSTS,
                        "%s the model reaches %.3f, without critiques %.3f.",
                        where(at),
                        mean(new Condition(Arm.CRITIQUED, at.error()), at.pairs()),
                        mean(plain, at.pairs())));
        gains.stream()
                .min(Comparator.comparingDouble(at -> at.gain().middle()))
                .filter(worst -> worst.gain().middle() >= -NEAR)
                .ifPresent(worst -> say(
                        Outcome.NO_COST,
                        "over plain they are worth %+.1f points at worst, %s.",
                        100 * worst.gain().middle(),
                        where(worst)));
    }

    private double mean(Condition condition, int pairs) {
        return evidence.curve(condition, Evidence.ID).mean(pairs);
    }

    private static String where(Findings.GainAt at) {
        return String.format(Locale.ROOT, "with %,d pairs and a critic of error %.2f", at.pairs(), at.error());
    }

    private void dose() {
        double worst = grid.doses().get(grid.doses().size() - 1);
        double good = at(critiqued, Evidence.ID);
        double bad = at(new Condition(Arm.CRITIQUED, worst), Evidence.ID);
        if (Double.isNaN(bad)) {
            say(Outcome.MISSING, "the critic of error %.2f was not run.", worst);
            return;
        }
        say(
                good - NEAR > bad ? Outcome.REPRODUCED : Outcome.NOT_REPRODUCED,
                "with %,d pairs a critic of error %.2f gives %.3f, one of %.2f gives %.3f; without critiques %.3f.",
                grid.judged(),
                grid.best(),
                good,
                worst,
                bad,
                at(plain, Evidence.ID));
        grid.doses().stream()
                .filter(error -> at(new Condition(Arm.CRITIQUED, error), Evidence.ID) < at(plain, Evidence.ID) - NEAR)
                .findFirst()
                .ifPresent(error -> say(
                        Outcome.COSTS,
                        "with %,d pairs a critic of error %.2f is worse than none.",
                        grid.judged(),
                        error));
    }

    private void drift() {
        List<Double> critics = Experiment.CRITIC_DRIFT.errors(grid);
        double worst = critics.get(critics.size() - 1);
        Condition bad = new Condition(Arm.CRITIQUED, worst);
        if (worst != grid.best()) {
            drifted(
                    critiqued,
                    CellResult.drift(worst),
                    "a critic that got worse, from error %.2f to %.2f".formatted(grid.best(), worst));
            drifted(
                    bad,
                    CellResult.drift(grid.best()),
                    "a critic that got better, from error %.2f to %.2f".formatted(worst, grid.best()));
        }
        drifted(critiqued, "other_words", "the same critic in other words");
        drifted(critiqued, "absent", "no critic any more");
    }

    private void drifted(Condition trained, String test, String what) {
        double now = at(trained, test);
        double without = at(plain, Evidence.ID);
        if (Double.isNaN(now)) {
            say(Outcome.MISSING, "%s was not tested.", what);
            return;
        }
        say(
                now < without - NEAR ? Outcome.COSTS : Outcome.NOTE,
                "%s: %.3f with the critic of training, %.3f after the change; a model without critiques has %.3f.",
                what,
                at(trained, Evidence.ID),
                now,
                without);
    }

    private double at(Condition condition, String test) {
        return evidence.curve(condition, test).mean(grid.judged());
    }

    private static String name(Condition condition) {
        return condition.arm().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void say(Outcome outcome, String format, Object... values) {
        statements.add(new Statement(outcome, String.format(Locale.ROOT, format, values)));
    }
}
