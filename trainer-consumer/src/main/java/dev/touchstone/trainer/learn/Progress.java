package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.StepResult;
import dev.touchstone.trainer.learn.Example.Critic;
import dev.touchstone.trainer.measure.Prequential;
import dev.touchstone.trainer.measure.ScoredPair;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Not thread-safe. Counters and prequential figures of a lineage: each pair is scored before it is learnt from. All of it
 * is part of the model's state, so a restart changes no figure.
 */
final class Progress {
    private static final int NORM_STEPS = 64;
    private static final int MOST_CRITICS = 64;

    private final Prequential prequential;
    private final Window gradientNorm = new Window(NORM_STEPS);
    private final SortedMap<Critic, Long> critics = new TreeMap<>();
    private long batch;
    private long trained;
    private long heldOut;
    private long skipped;
    private long tokens;

    /** @param windowPairs pairs in a window */
    Progress(int windowPairs) {
        prequential = new Prequential(windowPairs);
    }

    /** Counts a micro-batch and returns its number. */
    long count(int trainedPairs, int heldOutPairs, int skippedRecords, long trainedTokens) {
        trained += trainedPairs;
        heldOut += heldOutPairs;
        skipped += skippedRecords;
        tokens += trainedTokens;
        return ++batch;
    }

    /** Counts a pair for its critic; hostile input may name any number of critics, so only the first ones are counted. */
    void countCritic(Critic critic) {
        if (critics.size() < MOST_CRITICS || critics.containsKey(critic)) {
            critics.merge(critic, 1L, Long::sum);
        }
    }

    /**
     * Takes the figures of a step on pairs that were never seen before; those that are not finite are left out.
     *
     * @param examples the pairs in the order of the step
     * @param step what the step saw before its update
     */
    void test(List<Example> examples, StepResult step) {
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            Critic critic = example.critic();
            prequential.test(
                    scored(example, step.chosen()[i], step.rejected()[i]),
                    Double.isNaN(step.chosenBare()[i])
                            ? null
                            : scored(example, step.chosenBare()[i], step.rejectedBare()[i]),
                    example.source(),
                    critic == null ? null : critic.model() + "/" + critic.promptVersion());
        }
        if (Double.isFinite(step.gradientNorm())) {
            gradientNorm.add(step.gradientNorm());
        }
    }

    private static ScoredPair scored(Example example, double chosen, double rejected) {
        return new ScoredPair(
                chosen,
                rejected,
                example.text().chosen().completion().length(),
                example.text().rejected().completion().length());
    }

    /** Figures as they stand. */
    Figures figures(long steps, long skippedSteps) {
        Map.Entry<Critic, Long> most =
                critics.entrySet().stream().max(Map.Entry.comparingByValue()).orElse(null);
        return new Figures(
                batch,
                steps,
                skippedSteps,
                trained,
                heldOut,
                skipped,
                tokens,
                prequential.figures(),
                gradientNorm.mean(),
                most == null ? null : most.getKey(),
                critics.size());
    }

    void writeTo(DataOutput out) throws IOException {
        for (long counter : new long[] {batch, trained, heldOut, skipped, tokens}) {
            out.writeLong(counter);
        }
        prequential.writeTo(out);
        gradientNorm.writeTo(out);
        out.writeInt(critics.size());
        for (Map.Entry<Critic, Long> critic : critics.entrySet()) {
            out.writeUTF(critic.getKey().model());
            out.writeUTF(critic.getKey().promptVersion());
            out.writeLong(critic.getValue());
        }
    }

    /** Takes over what {@link #writeTo} wrote. */
    void readFrom(DataInput in) throws IOException {
        batch = in.readLong();
        trained = in.readLong();
        heldOut = in.readLong();
        skipped = in.readLong();
        tokens = in.readLong();
        prequential.readFrom(in);
        gradientNorm.readFrom(in);
        critics.clear();
        for (int i = in.readInt(); i > 0; i--) {
            critics.put(new Critic(in.readUTF(), in.readUTF()), in.readLong());
        }
    }
}
