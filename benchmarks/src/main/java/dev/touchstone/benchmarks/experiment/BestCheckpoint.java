package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.RewardScorer;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.testkit.cluster.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What the checkpoint that is best on validation says of the tests; at a draw the earlier one.
 *
 * @param step when it was taken
 * @param validation its accuracy on validation, 0 to 1
 * @param figures by name of the test
 */
public record BestCheckpoint<T>(long step, double validation, Map<String, T> figures) {
    /** What is made of the scores of a test. */
    public interface Figure<T> {
        /** @param rejected as many for each of the chosen ones, side by side */
        T of(double[] chosen, double[] rejected);
    }

    /**
     * How long is trained.
     *
     * @param batch pairs of a step
     * @param steps of the optimiser
     * @param every so many steps validation is asked
     */
    public record Schedule(int batch, int steps, int every) {}

    /**
     * Trains on epochs in random order, and tests the best checkpoint once.
     *
     * @param compute where the tests are scored
     */
    public static <T> BestCheckpoint<T> of(
            RewardModelTrainer trainer,
            Compute compute,
            Schedule schedule,
            Encoded training,
            Encoded validation,
            Map<String, Encoded> tests,
            Figure<T> figure,
            Random order)
            throws IOException, CheckpointException {
        Path scratch = Files.createTempDirectory("experiment");
        try {
            List<Integer> epoch = new ArrayList<>();
            long drawn = 0;
            long at = 0;
            double best = -1;
            Path folder = scratch;
            for (int step = 1; step <= schedule.steps(); step++) {
                List<EncodedPair> batch = new ArrayList<>(schedule.batch());
                while (batch.size() < schedule.batch()) {
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
                // Pairs are unseen in the first epoch alone.
                int unseen = (int) Math.max(0, Math.min(batch.size(), training.size() - drawn));
                drawn += batch.size();
                trainer.step(batch, unseen);
                if (step % schedule.every() == 0 || step == schedule.steps()) {
                    double accuracy =
                            Wins.share(trainer.score(validation.chosen()), trainer.score(validation.rejected()));
                    if (accuracy > best) {
                        best = accuracy;
                        at = step;
                        folder = trainer.checkpoint(scratch, null, Map.of()).folder();
                    }
                }
            }
            Map<String, T> figures = new LinkedHashMap<>();
            try (RewardScorer scorer = RewardScorer.of(Checkpoint.open(folder), compute.forScoring())) {
                tests.forEach((name, test) ->
                        figures.put(name, figure.of(scorer.score(test.chosen()), scorer.score(test.rejected()))));
            }
            return new BestCheckpoint<>(at, best, figures);
        } finally {
            Folders.delete(scratch);
        }
    }
}
