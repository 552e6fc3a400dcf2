package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.InputFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One version of the model, ready to score. Safe for several threads; close it when none of them scores any more (a
 * {@link ScorerSlot} sees to that).
 */
public final class RewardScorer implements AutoCloseable {

    private final String versionId;
    private final String sha256;
    private final InputFormat format;
    private final Network network;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RewardScorer(String versionId, String sha256, StoredModel model, Compute compute)
            throws CheckpointException {
        this.versionId = versionId;
        this.sha256 = sha256;
        Network made = new Network(model.config(), model.adapters(), compute, Network.Purpose.SCORING);
        try {
            this.network = made;
            model.fill(made, 0);
            this.format = InputSettings.format(model);
        } catch (CheckpointException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /**
     * Loads a checkpoint folder after verifying its hashes, for the CPU in fp32.
     *
     * @throws CheckpointException when it is missing, damaged or does not fit this version of the program
     */
    public static RewardScorer load(Path folder) throws CheckpointException {
        return of(Checkpoint.open(folder), Compute.cpu().forScoring());
    }

    /** A scorer with the weights of an opened checkpoint. */
    public static RewardScorer of(Checkpoint checkpoint, Compute compute) throws CheckpointException {
        return new RewardScorer(checkpoint.versionId(), checkpoint.sha256(), checkpoint.model(), compute);
    }

    /**
     * A scorer of a reward model that is no checkpoint of ours.
     *
     * @throws CheckpointException (mismatch) when it has no reward head
     */
    public static RewardScorer pretrained(StoredModel model, Compute compute) throws CheckpointException {
        model.requireRewardHead();
        String sha256 = model.sha256();
        return new RewardScorer("pretrained-" + sha256.substring(0, 8), sha256, model, compute);
    }

    /** The checkpoint's version. */
    public String versionId() {
        return versionId;
    }

    /** The checkpoint's content hash, 64 hex digits. */
    public String sha256() {
        return sha256;
    }

    /** How this version wants its inputs. */
    public InputFormat format() {
        return format;
    }

    /**
     * Logits in request order, the mean over the reward heads; the same as one by one within 1e-4.
     *
     * @throws IllegalStateException when this scorer is closed
     */
    public double[] score(List<EncodedInput> inputs) {
        return HeadScores.means(rewards(inputs));
    }

    private float[][] rewards(List<EncodedInput> inputs) {
        if (closed.get()) {
            throw new IllegalStateException("The scorer of " + versionId + " is closed.");
        }
        return network.score(inputs);
    }

    /** Encodes and scores, in request order. */
    public Scores scoreInputs(List<RewardInput> inputs) {
        return scoreEncoded(inputs.stream().map(format::encode).toList());
    }

    /** Scores what {@link #format} encoded, in request order. */
    public Scores scoreEncoded(List<EncodedInput> encoded) {
        boolean[] truncated = new boolean[encoded.size()];
        for (int i = 0; i < truncated.length; i++) {
            truncated[i] = encoded.get(i).truncated();
        }
        float[][] rewards = rewards(encoded);
        return new Scores(
                versionId,
                sha256,
                HeadScores.means(rewards),
                HeadScores.spreads(rewards, network.config().rewardHeads()),
                truncated);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            network.close();
            format.close();
        }
    }
}
