package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** For one thread. Trains one model on one fold and keeps what the checkpoint that is best on validation says of the tests. */
final class FoldRun {
    private final RewardModelTrainer trainer;
    private final int batch;

    /** Pairs as a model reads them. */
    record Sides(List<EncodedInput> chosen, List<EncodedInput> rejected) {
        int size() {
            return chosen.size();
        }

        Sides first(int most) {
            int number = Math.min(most, size());
            return new Sides(chosen.subList(0, number), rejected.subList(0, number));
        }
    }

    /**
     * The best checkpoint.
     *
     * @param step when it was taken
     * @param validation its accuracy there, 0 to 1
     * @param right by name of the test, for each of its pairs: 1 if it is ordered as labelled, 0.5 for a draw, else 0
     */
    record Best(long step, double validation, Map<String, double[]> right) {}

    FoldRun(RewardModelTrainer trainer, int batch) {
        this.trainer = trainer;
        this.batch = batch;
    }

    /** @param every so many steps validation is asked; at a draw the earlier checkpoint stays */
    Best train(Sides training, Sides validation, Map<String, Sides> tests, int steps, int every, Random order) {
        List<Integer> epoch = new ArrayList<>();
        Best best = new Best(0, -1, Map.of());
        for (int step = 1; step <= steps; step++) {
            List<EncodedPair> pairs = new ArrayList<>(batch);
            while (pairs.size() < batch) {
                if (epoch.isEmpty()) {
                    for (int i = 0; i < training.size(); i++) {
                        epoch.add(i);
                    }
                    Collections.shuffle(epoch, order);
                }
                int next = epoch.remove(epoch.size() - 1);
                pairs.add(new EncodedPair(
                        training.chosen().get(next), training.rejected().get(next), 0));
            }
            trainer.step(pairs);
            if (step % every == 0 || step == steps) {
                double accuracy = Numbers.mean(right(validation));
                if (accuracy > best.validation()) {
                    Map<String, double[]> figures = new LinkedHashMap<>();
                    tests.forEach((name, test) -> figures.put(name, right(test)));
                    best = new Best(step, accuracy, figures);
                }
            }
        }
        return best;
    }

    private double[] right(Sides set) {
        double[] chosen = trainer.score(set.chosen());
        double[] rejected = trainer.score(set.rejected());
        double[] right = new double[chosen.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = chosen[i] > rejected[i] ? 1 : chosen[i] == rejected[i] ? 0.5 : 0;
        }
        return right;
    }
}
