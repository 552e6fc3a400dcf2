package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
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

    /** The test in which the best of four completions is to be found. */
    static final String BEST_OF_FOUR = "best_of_4";

    /** Errors of the critics that a critiqued model is tested with, whatever critic it was trained with. */
    static final double[] DRIFT = {0.05, 0.2, 0.4};

    private static final int VALIDATION = 77;
    private static final int TESTS = 99;
    private static final int FOURS = 98;
    private static final int CEILINGS = 97;
    private static final int TRAINING = 1_000;

    private final LookupTask task;
    private final ModelSize size;
    private final byte[] tokenizer;
    private final Scale scale;
    private final int critiqueTokens;
    private final Ceilings ceilings;
    private final List<Pair> fours;
    private final List<Pair> validation;
    private final Map<LookupTask.Slice, List<Pair>> tests = new LinkedHashMap<>();

    /**
     * How large the sets are.
     *
     * @param validation pairs, some with wrong labels
     * @param test pairs of each slice
     * @param mostSteps of a run; fewer for few pairs
     */
    record Scale(int validation, int test, int mostSteps) {
        /** Pairs from which ceilings are computed: enough for a third of a point. */
        int ceiling() {
            return 20 * test;
        }
    }

    /**
     * What critiques take.
     *
     * @param calls of the critic, one for each completion
     * @param tokens that it writes, and the model reads once in every pass
     */
    record Cost(long calls, long tokens) {}

    Laboratory(TaskSettings settings, ModelSize size, Scale scale) throws IOException {
        this.size = size;
        this.scale = scale;
        task = new LookupTask(settings);
        tokenizer = BpeTrainer.train(Wording.corpus(settings), VOCABULARY);
        critiqueTokens = critiqueTokens(tokenizer);
        fours = task.bestOfFour(Math.max(1, scale.test() / 3), Seeds.random(FOURS));
        ceilings = new Ceilings(task, scale.ceiling(), Seeds.random(CEILINGS));
        validation = task.training(scale.validation(), Seeds.random(VALIDATION));
        for (LookupTask.Slice slice : LookupTask.Slice.values()) {
            tests.put(slice, task.test(scale.test(), slice, Seeds.random(TESTS, slice.ordinal())));
        }
    }

    LookupTask task() {
        return task;
    }

    Ceilings ceilings() {
        return ceilings;
    }

    /** Steps that a run with so many pairs takes, the same in every arm. */
    int steps(int pairs) {
        return Math.min(scale.mostSteps(), Math.max(200, (int) Math.round(200 * Math.pow(pairs / 1_000.0, 0.7))));
    }

    /** What the rule says of the tests, by name: the given weights, or those fitted to so many pairs. */
    Map<String, Double> rule(Cell cell, boolean fitted) {
        Critic critic = critic(cell);
        VerdictRule rule =
                fitted ? VerdictRule.fitted(training(cell.pairs(), cell.seed()), critic) : VerdictRule.given();
        Map<String, Double> accuracies = new LinkedHashMap<>();
        tests.forEach((slice, pairs) -> accuracies.put(name(slice), rule.accuracy(pairs, critic)));
        accuracies.put(BEST_OF_FOUR, rule.accuracy(fours, critic, LookupTask.RIVALS));
        return accuracies;
    }

    /** Trains the cell's model and tests it. For any thread; the native library runs one thread for each. */
    CellResult run(Cell cell) throws IOException, CheckpointException {
        long begin = System.nanoTime();
        Arm arm = cell.condition().arm();
        Critic critic = critic(cell);
        List<Pair> training = training(cell.pairs(), cell.seed());
        TrainingConfig config = TrainingConfig.defaults(cell.seed()).withLearningRate(cell.rate());
        int steps = steps(cell.pairs());
        try (Tokenizer words = Tokenizer.of(tokenizer);
                ArmRun run = new ArmRun(size, config, words)) {
            Map<String, Encoded> sets = sets(run, arm, critic);
            Encoded seen = run.encoded(arm, training, critic);
            sets.put("train", seen.first(scale.test()));
            BestCheckpoint<Double> best = run.train(
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
                    best.figures(),
                    (System.nanoTime() - begin) / 1e9);
        }
    }

    private Map<String, Encoded> sets(ArmRun run, Arm arm, Critic critic) {
        Map<String, Encoded> sets = new LinkedHashMap<>();
        tests.forEach((slice, pairs) -> sets.put(name(slice), run.encoded(arm, pairs, critic)));
        sets.put(BEST_OF_FOUR, run.encoded(arm, fours, critic).rivals(LookupTask.RIVALS));
        if (arm == Arm.CRITIQUED) {
            List<Pair> id = tests.getOrDefault(LookupTask.Slice.ID, List.of());
            sets.put("absent", run.encoded(Arm.PLAIN, id, critic));
            sets.put("swapped", run.encoded(Arm.SWAPPED, id, critic));
            // The critic is another one than in training.
            for (double error : DRIFT) {
                if (error != critic.error()) {
                    sets.put(CellResult.drift(error), run.encoded(arm, id, new Critic(error, critic.seed())));
                }
            }
            sets.put("other_words", run.encoded(arm, id, new Critic(critic.error(), critic.seed(), true)));
        }
        return sets;
    }

    private static String name(LookupTask.Slice slice) {
        return slice.name().toLowerCase(Locale.ROOT);
    }

    /** What the critiques of a cell's training pairs take; those of validation and tests are the same for all and come on top. */
    Cost cost(Cell cell) {
        boolean bought = switch (cell.condition().arm()) {
            case PLAIN, FILLER, LEAKED -> false;
            case CRITIQUED, SHUFFLED, CRITIQUE_ONLY, SWAPPED -> true;
        };
        long calls = bought ? 2L * cell.pairs() : 0;
        return new Cost(calls, calls * critiqueTokens);
    }

    private static int critiqueTokens(byte[] tokenizer) throws IOException {
        try (Tokenizer words = Tokenizer.of(tokenizer)) {
            // All critiques are nine words, each word a token; behind a blank as in the model's input.
            return words.encode(" " + Wording.critique(new Critic.Verdicts(true, true, true), Seeds.random(1))).length;
        }
    }

    private List<Pair> training(int pairs, int seed) {
        return task.training(pairs, Seeds.random(TRAINING, seed));
    }

    private static Critic critic(Cell cell) {
        return new Critic(cell.condition().error(), cell.seed());
    }
}
