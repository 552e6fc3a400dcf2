package dev.touchstone.benchmarks.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** A question, the part of the grid that answers it, and the tests that are looked at. */
enum Experiment {
    /** How many plain pairs a critiqued one is worth. */
    DATA_EFFICIENCY(
            "data-efficiency",
            "How many plain pairs is a critiqued one worth?",
            List.of("id", "best_of_4", "hard", "ood_operands", "ood_family", "absent", "swapped", "train")),
    /** Accuracy over the critic's error. */
    CRITIC_QUALITY(
            "critic-quality",
            "How does accuracy hang on the critic's error?",
            List.of("id", "best_of_4", "hard", "absent", "train")),
    /** Pairs that the length cue and politeness lead astray. */
    HARD_SLICE(
            "hard-slice",
            "Do critiques help where the better side is shorter and rude?",
            List.of("hard", "id", "train")),
    /** Prompts that were never trained with. */
    OOD(
            "ood",
            "Do critiques help with prompts that were never trained with?",
            List.of("ood_operands", "ood_family", "id", "train")),
    /** Another critic at the test than in training. */
    CRITIC_DRIFT(
            "critic-drift",
            "What does it cost if the critic changes after training?",
            List.of("id", "critic_0.05", "critic_0.20", "critic_0.40", "other_words", "absent", "swapped", "train"));

    private final String title;
    private final String question;
    private final List<String> tests;

    Experiment(String title, String question, List<String> tests) {
        this.title = title;
        this.question = question;
        this.tests = tests;
    }

    /** As the command line calls it. */
    String title() {
        return title;
    }

    String question() {
        return question;
    }

    /** Names of the tests to show, the one that is asked about first. */
    List<String> tests() {
        return tests;
    }

    /** Which arms are trained with how many pairs. */
    Map<Condition, List<Integer>> conditions(Grid grid) {
        Map<Condition, List<Integer>> conditions = new LinkedHashMap<>();
        boolean curves = this != CRITIC_QUALITY && this != CRITIC_DRIFT;
        conditions.put(new Condition(Arm.PLAIN, 0), curves ? grid.plainSizes() : grid.controlSizes());
        errors(grid)
                .forEach(error -> conditions.put(
                        new Condition(Arm.CRITIQUED, error), curves ? grid.sizes(error) : grid.controlSizes()));
        if (this == DATA_EFFICIENCY) {
            for (Arm control : List.of(Arm.SHUFFLED, Arm.FILLER, Arm.CRITIQUE_ONLY, Arm.LEAKED)) {
                conditions.put(new Condition(control, grid.best()), grid.controlSizes());
            }
        } else if (curves) {
            conditions.put(new Condition(Arm.CRITIQUE_ONLY, grid.best()), grid.controlSizes());
        }
        return conditions;
    }

    /** Errors of the critics that are trained with. */
    List<Double> errors(Grid grid) {
        return switch (this) {
            case CRITIC_QUALITY -> grid.doses();
            case CRITIC_DRIFT ->
                DoubleStream.of(Laboratory.DRIFT)
                        .boxed()
                        .filter(error -> grid.errors().contains(error))
                        .toList();
            default -> grid.errors();
        };
    }
}
