package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.text.BpeTrainer;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Thread-safe. Runs cells. Tests and validation are the same for all; the pairs of a seed are the same for all of its cells, and
 * a smaller number of them is the beginning of a greater one.
 */
final class Laboratory {
    /** Entries that are enough for every word of the largest task to be one token. */
    private static final int VOCABULARY = 20_000;

    private static final int VALIDATION = 77;
    private static final int TESTS = 99;
    private static final int TRAINING = 1_000;

    private final LookupTask task;
    private final byte[] tokenizer;
    private final Scale scale;
    private final List<Pair> validation;
    private final Map<LookupTask.Slice, List<Pair>> tests = new LinkedHashMap<>();

    /**
     * How large the sets are.
     *
     * @param validation pairs, some with wrong labels
     * @param test pairs of each slice
     * @param mostSteps of a run; fewer for few pairs
     */
    record Scale(int validation, int test, int mostSteps) {}

    Laboratory(TaskSettings settings, Scale scale) {
        this.scale = scale;
        task = new LookupTask(settings);
        tokenizer = BpeTrainer.train(Wording.corpus(settings), VOCABULARY);
        validation = task.training(scale.validation(), Seeds.random(VALIDATION));
        for (LookupTask.Slice slice : LookupTask.Slice.values()) {
            tests.put(slice, task.test(scale.test(), slice, Seeds.random(TESTS, slice.ordinal())));
        }
    }

    /** Steps that a run with so many pairs takes, the same in every arm. */
    int steps(int pairs) {
        return Math.min(scale.mostSteps(), Math.max(200, (int) Math.round(200 * Math.pow(pairs / 1_000.0, 0.7))));
    }

    /** What the rule says of the tests: the given weights, or those fitted to so many pairs. */
    Map<LookupTask.Slice, Double> rule(Cell cell, boolean fitted) {
        Critic critic = critic(cell);
        VerdictRule rule =
                fitted ? VerdictRule.fitted(training(cell.pairs(), cell.seed()), critic) : VerdictRule.given();
        Map<LookupTask.Slice, Double> accuracies = new LinkedHashMap<>();
        tests.forEach((slice, pairs) -> accuracies.put(slice, rule.accuracy(pairs, critic)));
        return accuracies;
    }

    /** Trains the cell's model and tests it. For any thread; the native library runs one thread for each. */
    CellResult run(Cell cell) throws IOException {
        long begin = System.nanoTime();
        Arm arm = cell.condition().arm();
        Critic critic = critic(cell);
        List<Pair> training = training(cell.pairs(), cell.seed());
        TrainingConfig config = TrainingConfig.defaults(cell.seed()).withLearningRate(cell.rate());
        int steps = steps(cell.pairs());
        try (Tokenizer words = Tokenizer.of(tokenizer);
                ArmRun run = new ArmRun(config, words)) {
            Map<String, ArmRun.Encoded> sets = new LinkedHashMap<>();
            tests.forEach(
                    (slice, pairs) -> sets.put(slice.name().toLowerCase(Locale.ROOT), run.encoded(arm, pairs, critic)));
            if (arm == Arm.CRITIQUED) {
                List<Pair> id = tests.getOrDefault(LookupTask.Slice.ID, List.of());
                sets.put("absent", run.encoded(Arm.PLAIN, id, critic));
                sets.put("swapped", run.encoded(Arm.SWAPPED, id, critic));
            }
            ArmRun.Encoded seen = run.encoded(arm, training, critic);
            sets.put("train", seen.first(scale.test()));
            ArmRun.Best best = run.train(
                    seen,
                    run.encoded(arm, validation, critic),
                    sets,
                    steps,
                    Math.max(1, Math.min(25, steps / 8)),
                    Seeds.random(cell.seed()));
            return new CellResult(
                    cell.key(),
                    cell.condition().label(),
                    cell.pairs(),
                    cell.seed(),
                    cell.rate(),
                    steps,
                    best.step(),
                    best.validation(),
                    best.accuracies(),
                    (System.nanoTime() - begin) / 1e9);
        }
    }

    private List<Pair> training(int pairs, int seed) {
        return task.training(pairs, Seeds.random(TRAINING, seed));
    }

    private static Critic critic(Cell cell) {
        return new Critic(cell.condition().error(), cell.seed());
    }
}
