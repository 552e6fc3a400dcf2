package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.RewardScorer;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/** For one thread. Trains one model of one arm, keeps the figures of the checkpoint that is best on validation. */
final class ArmRun implements AutoCloseable {
    private static final int BATCH = 64;

    private final RewardModelTrainer trainer;

    /**
     * A set of pairs as a model reads it.
     *
     * @param chosen the better sides
     * @param rejected the others; several for each of the better ones, side by side, in a test with more than two completions
     */
    record Encoded(List<EncodedInput> chosen, List<EncodedInput> rejected) {
        int size() {
            return chosen.size();
        }

        /** The first of them. */
        Encoded first(int most) {
            int number = Math.min(most, size());
            return new Encoded(chosen.subList(0, number), rejected.subList(0, number));
        }

        /** As a test in which one better side meets the rejected sides of so many pairs that follow each other. */
        Encoded rivals(int each) {
            return new Encoded(
                    IntStream.range(0, size() / each)
                            .mapToObj(i -> chosen.get(i * each))
                            .toList(),
                    rejected);
        }
    }

    /**
     * Figures of the best checkpoint.
     *
     * @param step when it was taken
     * @param validation its accuracy on validation
     * @param accuracies by name of the test
     */
    record Best(long step, double validation, Map<String, Double> accuracies) {}

    ArmRun(TrainingConfig training, Tokenizer tokenizer) {
        trainer = RewardModelTrainer.create(
                new BuiltInConfig(64, 2, 4, 192, 48, tokenizer.vocabulary()), training, tokenizer, Compute.cpu());
    }

    Encoded encoded(Arm arm, List<Pair> pairs, Critic critic) {
        List<EncodedInput> chosen = new ArrayList<>(pairs.size());
        List<EncodedInput> rejected = new ArrayList<>(pairs.size());
        for (Pair pair : pairs) {
            chosen.add(trainer.format().encode(arm.input(pairs, pair, true, critic)));
            rejected.add(trainer.format().encode(arm.input(pairs, pair, false, critic)));
        }
        return new Encoded(chosen, rejected);
    }

    /**
     * Trains, and tests the checkpoint that is best on validation.
     *
     * @param steps of the optimiser
     * @param every so many steps validation is asked
     * @param scratch an empty folder for checkpoints
     */
    Best train(
            Encoded training,
            Encoded validation,
            Map<String, Encoded> tests,
            int steps,
            int every,
            Random order,
            Path scratch)
            throws CheckpointException {
        List<Integer> epoch = new ArrayList<>();
        long at = 0;
        double best = -1;
        Path folder = scratch;
        for (int step = 1; step <= steps; step++) {
            List<EncodedPair> batch = new ArrayList<>(BATCH);
            while (batch.size() < BATCH) {
                if (epoch.isEmpty()) {
                    for (int i = 0; i < training.size(); i++) {
                        epoch.add(i);
                    }
                    Collections.shuffle(epoch, order);
                }
                int next = epoch.remove(epoch.size() - 1);
                batch.add(new EncodedPair(
                        training.chosen().get(next), training.rejected().get(next), 0));
            }
            trainer.step(batch);
            if (step % every == 0 || step == steps) {
                double accuracy = accuracy(trainer::score, validation);
                if (accuracy > best) {
                    best = accuracy;
                    at = step;
                    folder = trainer.checkpoint(scratch, null, Map.of()).folder();
                }
            }
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        try (RewardScorer scorer = RewardScorer.load(folder)) {
            tests.forEach((name, test) -> figures.put(name, accuracy(scorer::score, test)));
        }
        return new Best(at, best, figures);
    }

    private static double accuracy(Function<List<EncodedInput>, double[]> model, Encoded set) {
        return Wins.share(model.apply(set.chosen()), model.apply(set.rejected()));
    }

    @Override
    public void close() {
        trainer.close();
    }
}
