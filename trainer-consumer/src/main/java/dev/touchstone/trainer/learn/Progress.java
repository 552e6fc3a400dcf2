package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.StepResult;
import dev.touchstone.trainer.learn.Example.Critic;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
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

    private final Window loss;
    private final Window margin;
    private final Window accuracy;
    private final Window accuracyWithCritique;
    private final Window accuracyWithoutCritique;
    private final Window gradientNorm = new Window(NORM_STEPS);
    private final SortedMap<Critic, Long> critics = new TreeMap<>();
    private long batch;
    private long trained;
    private long heldOut;
    private long skipped;
    private long tokens;
    private long tested;
    private double right;

    /** @param windowPairs pairs in a window */
    Progress(int windowPairs) {
        loss = new Window(windowPairs);
        margin = new Window(windowPairs);
        accuracy = new Window(windowPairs);
        accuracyWithCritique = new Window(windowPairs);
        accuracyWithoutCritique = new Window(windowPairs);
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

    /** Takes the figures of a step on pairs that were never seen before; those that are not finite are left out. */
    void test(StepResult step) {
        for (int i = 0; i < step.chosen().length; i++) {
            double lead = step.chosen()[i] - step.rejected()[i];
            if (!Double.isFinite(lead)) {
                continue;
            }
            double correct = lead > 0 ? 1 : lead == 0 ? 0.5 : 0;
            loss.add(softplus(-lead));
            margin.add(lead);
            accuracy.add(correct);
            (step.critiqueWithheld()[i] ? accuracyWithoutCritique : accuracyWithCritique).add(correct);
            right += correct;
            tested++;
        }
        if (Double.isFinite(step.gradientNorm())) {
            gradientNorm.add(step.gradientNorm());
        }
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
                accuracy.size(),
                loss.mean(),
                margin.mean(),
                accuracy.mean(),
                accuracyWithCritique.mean(),
                accuracyWithoutCritique.mean(),
                tested == 0 ? null : right / tested,
                gradientNorm.mean(),
                most == null ? null : most.getKey(),
                critics.size());
    }

    void writeTo(DataOutput out) throws IOException {
        for (long counter : new long[] {batch, trained, heldOut, skipped, tokens, tested}) {
            out.writeLong(counter);
        }
        out.writeDouble(right);
        for (Window window : windows()) {
            window.writeTo(out);
        }
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
        tested = in.readLong();
        right = in.readDouble();
        for (Window window : windows()) {
            window.readFrom(in);
        }
        critics.clear();
        for (int i = in.readInt(); i > 0; i--) {
            critics.put(new Critic(in.readUTF(), in.readUTF()), in.readLong());
        }
    }

    private Window[] windows() {
        return new Window[] {loss, margin, accuracy, accuracyWithCritique, accuracyWithoutCritique, gradientNorm};
    }

    /** log(1 + exp(x)): the ranking loss of a pair is that of minus its lead (Bradley and Terry, 1952). */
    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
