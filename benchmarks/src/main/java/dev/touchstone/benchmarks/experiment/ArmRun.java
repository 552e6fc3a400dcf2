package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** For one thread. Trains one model of one arm, keeps the figures of the checkpoint that is best on validation. */
final class ArmRun implements AutoCloseable {
    private static final int BATCH = 64;

    private final RewardModelTrainer trainer;

    /** A set of pairs as a model reads it. */
    record Encoded(List<EncodedInput> chosen, List<EncodedInput> rejected) {
        int size() {
            return chosen.size();
        }

        /** The first of them. */
        Encoded first(int most) {
            int number = Math.min(most, size());
            return new Encoded(chosen.subList(0, number), rejected.subList(0, number));
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
     * Trains.
     *
     * @param steps of the optimiser
     * @param every so many steps validation is asked
     */
    Best train(Encoded training, Encoded validation, Map<String, Encoded> tests, int steps, int every, Random order) {
        List<Integer> epoch = new ArrayList<>();
        Best best = new Best(0, -1, Map.of());
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
                double accuracy = accuracy(validation);
                if (accuracy > best.validation()) {
                    Map<String, Double> figures = new LinkedHashMap<>();
                    tests.forEach((name, test) -> figures.put(name, accuracy(test)));
                    best = new Best(step, accuracy, figures);
                }
            }
        }
        return best;
    }

    private double accuracy(Encoded set) {
        double[] chosen = trainer.score(set.chosen());
        double[] rejected = trainer.score(set.rejected());
        double right = 0;
        for (int i = 0; i < chosen.length; i++) {
            right += chosen[i] > rejected[i] ? 1 : chosen[i] == rejected[i] ? 0.5 : 0;
        }
        return right / chosen.length;
    }

    @Override
    public void close() {
        trainer.close();
    }
}
