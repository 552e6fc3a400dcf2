package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.TrainingConfig;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything besides the log and its cuts that a model follows from. A model keeps it for life.
 *
 * @param start what the model begins as
 * @param training of the reward model, with the seed of everything random
 * @param heldOutFraction share of the questions that is held out, 0 to less than 1
 * @param heldOutPairs most held-out pairs that are kept to be scored, at least 1
 * @param replaySteps optimiser steps on replayed pairs per micro-batch, at least 0
 * @param reservoirPairs most pairs kept for replay, at least 1
 * @param windowPairs pairs in the window of the windowed figures, at least 1
 * @param withheldSample share of the pairs with critiques that is also scored without them before it is learnt from, 0 to 1
 */
public record LearnerConfig(
        ModelStart start,
        TrainingConfig training,
        double heldOutFraction,
        int heldOutPairs,
        int replaySteps,
        int reservoirPairs,
        int windowPairs,
        double withheldSample) {
    /** Checks the ranges. */
    public LearnerConfig {
        if (!(heldOutFraction >= 0 && heldOutFraction < 1)) {
            throw new IllegalArgumentException("The held-out fraction must be at least 0 and less than 1.");
        }
        if (!(withheldSample >= 0 && withheldSample <= 1)) {
            throw new IllegalArgumentException("The withheld sample is a share from 0 to 1.");
        }
        if (heldOutPairs < 1 || reservoirPairs < 1 || windowPairs < 1 || replaySteps < 0) {
            throw new IllegalArgumentException(
                    "Held-out pairs, reservoir and window hold at least one pair, and replay steps are not negative.");
        }
    }

    /** The defaults with a seed. */
    public static LearnerConfig defaults(long seed) {
        return new LearnerConfig(ModelStart.BUILT_IN, TrainingConfig.defaults(seed), 0.1, 256, 2, 2048, 512, 0.1);
    }

    /** The seed of everything random. */
    public long seed() {
        return training.seed();
    }

    /** The split of this model; its salt follows from the seed. */
    public HeldOutSplit split() {
        return new HeldOutSplit("held-out-" + Long.toHexString(seed()), heldOutFraction);
    }

    /** Every setting by name, to be kept with the model. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        collect(this, settings);
        return settings;
    }

    private static void collect(Record part, Map<String, String> settings) {
        for (RecordComponent component : part.getClass().getRecordComponents()) {
            try {
                Object value = component.getAccessor().invoke(part);
                if (value instanceof Record nested) {
                    collect(nested, settings);
                } else {
                    settings.put(component.getName(), String.valueOf(value));
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("A public record has public accessors", e);
            }
        }
    }
}
