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
 * @param replay how pairs are trained on again
 * @param labels what is made of the labels
 * @param windowPairs pairs in the window of the windowed figures, at least 1
 * @param readCritiques whether the model is shown the critiques that pairs have
 */
public record LearnerConfig(
        ModelStart start,
        TrainingConfig training,
        double heldOutFraction,
        int heldOutPairs,
        ReplayConfig replay,
        LabelConfig labels,
        int windowPairs,
        boolean readCritiques) {
    /** Checks the ranges. */
    public LearnerConfig {
        if (!(heldOutFraction >= 0 && heldOutFraction < 1)) {
            throw new IllegalArgumentException("The held-out fraction must be at least 0 and less than 1.");
        }
        if (heldOutPairs < 1 || windowPairs < 1) {
            throw new IllegalArgumentException("Held-out pairs and window hold at least one pair.");
        }
    }

    /** The defaults with a seed. */
    public static LearnerConfig defaults(long seed) {
        return new LearnerConfig(
                ModelStart.BUILT_IN,
                TrainingConfig.defaults(seed),
                0.1,
                256,
                ReplayConfig.DEFAULT,
                LabelConfig.DEFAULT,
                512,
                true);
    }

    /** The same for a model that is never shown a critique. */
    public LearnerConfig withoutCritiques() {
        return new LearnerConfig(start, training, heldOutFraction, heldOutPairs, replay, labels, windowPairs, false);
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
