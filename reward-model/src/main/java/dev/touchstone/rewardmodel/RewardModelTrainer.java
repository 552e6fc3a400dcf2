package dev.touchstone.rewardmodel;

import ai.djl.ndarray.NDArray;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.TrainingState;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.PlainFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A reward model that learns from pairs, one optimiser step per call. For one thread at a time. With one native thread
 * its state is a function of configuration, seed and the batches, bit by bit, through any number of checkpoints.
 *
 * <p>The loss of a pair is -log sigmoid(r+ - r- - margin) (Bradley and Terry, 1952), with label smoothing, plus the
 * centring term of Eisenstein et al., arXiv 2312.09244.
 */
public final class RewardModelTrainer implements AutoCloseable {

    private final TrainingConfig training;
    private final Tokenizer tokenizer;
    private final InputFormat format;
    private final Network network;
    private final NDArray firstMoment;
    private final NDArray secondMoment;
    private long steps;
    private long pairs;
    private long skippedSteps;
    private int skippedInARow;

    private RewardModelTrainer(
            BuiltInConfig model, TrainingConfig training, Tokenizer tokenizer, float[] weights, TrainingState state) {
        this.training = training;
        this.tokenizer = tokenizer;
        this.format = new PlainFormat(tokenizer, model.maxTokens());
        this.network = new Network(model, weights);
        this.firstMoment = network.vector(state.firstMoment());
        this.secondMoment = network.vector(state.secondMoment());
        this.steps = state.steps();
        this.pairs = state.pairs();
        this.skippedSteps = state.skippedSteps();
        this.skippedInARow = state.skippedInARow();
    }

    /** A fresh model; its weights are a function of the sizes and the seed. The tokenizer becomes the trainer's to close. */
    public static RewardModelTrainer create(BuiltInConfig model, TrainingConfig training, Tokenizer tokenizer) {
        if (model.vocabulary() < tokenizer.vocabulary()) {
            throw new IllegalArgumentException("The model's vocabulary of " + model.vocabulary()
                    + " is smaller than the tokenizer's " + tokenizer.vocabulary() + ".");
        }
        ParameterLayout layout = new ParameterLayout(model);
        return new RewardModelTrainer(
                model, training, tokenizer, layout.initialise(training.seed()), TrainingState.fresh(layout.size()));
    }

    /** A fresh built-in model with its own tokenizer. */
    public static RewardModelTrainer createBuiltIn(TrainingConfig training) {
        Tokenizer tokenizer = Tokenizer.builtIn();
        return create(ModelConfig.builtIn(tokenizer.vocabulary()), training, tokenizer);
    }

    /**
     * Goes on where a checkpoint stands, exactly.
     *
     * @param checkpoint an opened, hence verified, checkpoint with its training state
     * @param training the same as before for the same continuation
     */
    public static RewardModelTrainer resume(Checkpoint checkpoint, TrainingConfig training) throws CheckpointException {
        TrainingState state = checkpoint.trainingState();
        try {
            Tokenizer tokenizer = Tokenizer.of(checkpoint.tokenizerJson());
            return new RewardModelTrainer(checkpoint.model(), training, tokenizer, checkpoint.weights(), state);
        } catch (IOException e) {
            throw new CheckpointException(
                    CheckpointException.Kind.CORRUPT, checkpoint.folder() + ": tokenizer.json: " + e.getMessage(), e);
        }
    }

    /** How this model wants its inputs. */
    public InputFormat format() {
        return format;
    }

    /** Sizes of the model. */
    public BuiltInConfig model() {
        return network.config();
    }

    /** Optimiser steps done. */
    public long steps() {
        return steps;
    }

    /** Pairs in those steps, each as often as it was used. */
    public long pairs() {
        return pairs;
    }

    /** Steps left out because loss or gradient was not finite. */
    public long skippedSteps() {
        return skippedSteps;
    }

    /**
     * Learns from a batch by one optimiser step. The logits returned are those before the update, so testing before
     * training costs nothing.
     *
     * @param batch one pair at least; memory grows with their tokens
     * @throws IllegalStateException when the loss was not finite for too many steps in a row
     */
    public StepResult step(List<EncodedPair> batch) {
        if (batch.isEmpty()) {
            throw new IllegalArgumentException("A step needs at least one pair.");
        }
        int n = batch.size();
        boolean[] withheld = new boolean[n];
        List<EncodedInput> rows = new ArrayList<>(2 * n);
        List<EncodedInput> rejectedRows = new ArrayList<>(n);
        double[] margins = new double[n];
        SplittableRandom random = randomness(steps + skippedSteps);
        for (int i = 0; i < n; i++) {
            withheld[i] = random.nextDouble() < training.critiqueDropout();
            EncodedPair pair = withheld[i] ? format.withoutCritiques(batch.get(i)) : batch.get(i);
            rows.add(pair.chosen());
            rejectedRows.add(pair.rejected());
            margins[i] = pair.margin();
        }
        rows.addAll(rejectedRows);
        float[] out = network.step(firstMoment, secondMoment, rows, margins, hyper(steps + 1));
        boolean skipped = !Float.isFinite(out[0] + out[1]);
        count(n, skipped, out);
        double[] chosen = new double[n];
        double[] rejected = new double[n];
        for (int i = 0; i < n; i++) {
            chosen[i] = out[2 + i];
            rejected[i] = out[2 + n + i];
        }
        return new StepResult(steps, out[0], out[1], chosen, rejected, withheld, skipped);
    }

    private void count(int n, boolean skipped, float[] out) {
        if (!skipped) {
            steps++;
            pairs += n;
            skippedInARow = 0;
            return;
        }
        skippedSteps++;
        skippedInARow++;
        if (skippedInARow >= training.maxSkipped()) {
            throw new IllegalStateException("Loss or gradient was not finite in " + skippedInARow
                    + " steps in a row (loss " + out[0] + ", gradient norm " + out[1]
                    + "): the weights are unusable, go back to an older checkpoint or lower the learning rate.");
        }
    }

    private double[] hyper(long step) {
        return new double[] {
            training.rateAt(step),
            training.beta1(),
            training.beta2(),
            training.epsilon(),
            training.weightDecay(),
            training.clipNorm(),
            training.labelSmoothing(),
            training.centring(),
            step
        };
    }

    /** Mixed twice, for neighbouring seeds of this generator give the same numbers shifted by one. */
    private SplittableRandom randomness(long step) {
        long first = new SplittableRandom(training.seed()).nextLong();
        return new SplittableRandom(new SplittableRandom(first + step).nextLong());
    }

    /** Logits by the weights as they stand, in request order. */
    public double[] score(List<EncodedInput> inputs) {
        return network.score(inputs);
    }

    /**
     * Writes the whole state as a checkpoint folder, durably.
     *
     * @param root folder that holds the checkpoints; made when absent
     * @param name name of the new folder; null for its version id
     * @param extra further files by name, which the checkpoint's hash covers
     */
    public Checkpoint.Written checkpoint(Path root, @Nullable String name, Map<String, byte[]> extra)
            throws CheckpointException {
        TrainingState state = new TrainingState(
                steps, pairs, skippedSteps, skippedInARow, firstMoment.toFloatArray(), secondMoment.toFloatArray());
        return Checkpoint.write(
                root, name, new Checkpoint.Contents(model(), network.weights(), tokenizer.json(), state, extra));
    }

    @Override
    public void close() {
        network.close();
        tokenizer.close();
    }
}
