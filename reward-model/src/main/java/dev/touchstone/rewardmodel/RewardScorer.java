package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.PlainFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;
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
    private final Tokenizer tokenizer;
    private final InputFormat format;
    private final Network network;
    private final AtomicBoolean closed = new AtomicBoolean();

    RewardScorer(String versionId, String sha256, BuiltInConfig config, float[] weights, byte[] tokenizerJson)
            throws IOException {
        this.versionId = versionId;
        this.sha256 = sha256;
        this.tokenizer = Tokenizer.of(tokenizerJson);
        this.format = new PlainFormat(tokenizer, config.maxTokens());
        this.network = new Network(config, weights);
    }

    /**
     * Loads a checkpoint folder after verifying its hashes.
     *
     * @throws CheckpointException when it is missing, damaged or does not fit this version of the program
     */
    public static RewardScorer load(Path folder) throws CheckpointException {
        return of(Checkpoint.open(folder));
    }

    /** A scorer with the weights of an opened checkpoint. */
    public static RewardScorer of(Checkpoint checkpoint) throws CheckpointException {
        try {
            return new RewardScorer(
                    checkpoint.versionId(),
                    checkpoint.sha256(),
                    checkpoint.model(),
                    checkpoint.weights(),
                    checkpoint.tokenizerJson());
        } catch (IOException e) {
            throw new CheckpointException(
                    CheckpointException.Kind.CORRUPT, checkpoint.folder() + ": tokenizer.json: " + e.getMessage(), e);
        }
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
     * Logits in request order; the same as one by one within 1e-4.
     *
     * @throws IllegalStateException when this scorer is closed
     */
    public double[] score(List<EncodedInput> inputs) {
        if (closed.get()) {
            throw new IllegalStateException("The scorer of " + versionId + " is closed.");
        }
        return network.score(inputs);
    }

    /** Encodes and scores, in request order. */
    public Scores scoreInputs(List<RewardInput> inputs) {
        List<EncodedInput> encoded = inputs.stream().map(format::encode).toList();
        boolean[] truncated = new boolean[encoded.size()];
        for (int i = 0; i < truncated.length; i++) {
            truncated[i] = encoded.get(i).truncated();
        }
        return new Scores(versionId, sha256, score(encoded), truncated);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            network.close();
            tokenizer.close();
        }
    }
}
