package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.checkpoint.TrainingCounters;
import dev.touchstone.rewardmodel.internal.BatchGradient;
import dev.touchstone.rewardmodel.internal.FlatLayout;
import dev.touchstone.rewardmodel.internal.Initialisation;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.internal.Optimiser;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A reward model that learns from pairs, one optimiser step per call. For one thread at a time. On a CPU with one native
 * thread its state is a function of configuration, seed and the batches, bit by bit, through any number of checkpoints.
 *
 * <p>The loss of a pair is -log sigmoid(r+ - r- - margin) (Bradley and Terry, Biometrika 39, 1952), with label smoothing,
 * plus the centring term of Eisenstein et al., arXiv 2312.09244. Where critiques have a reader of their own, a pair with
 * critiques has that loss twice: of the rewards without them, from which what reads inputs learns, and of the rewards with them,
 * from which the reader learns what is left to be said.
 */
public final class RewardModelTrainer implements AutoCloseable {

    /** Steps whose figures may still be on the device: a GPU has work while Java reads those before. */
    private static final int MOST_PENDING = 8;

    private final StoredModel model;
    private final TrainingConfig training;
    private final InputFormat format;
    private final Network network;
    private final Optimiser optimiser;
    private final BatchGradient gradient;
    private final Deque<PendingStep> pending = new ArrayDeque<>();
    private TrainingCounters counters;

    private RewardModelTrainer(
            StoredModel model, TrainingConfig training, Compute compute, TrainingCounters counters, Fill fill)
            throws CheckpointException {
        this.model = model;
        this.training = training;
        this.counters = counters;
        Network made = new Network(model.config(), model.adapters(), compute, Network.Purpose.TRAINING);
        try {
            this.network = made;
            this.optimiser = new Optimiser(made, training.averageDecay() > 0);
            this.gradient = new BatchGradient(optimiser, model.config().rewardHeads(), compute.batchTokens());
            optimiser.setSteps(counters.steps());
            fill.fill(made, optimiser);
            this.format = InputSettings.format(model);
        } catch (CheckpointException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private interface Fill {
        void fill(Network network, Optimiser optimiser) throws CheckpointException;
    }

    /** A fresh model; its weights are a function of the sizes and the seed. */
    public static RewardModelTrainer create(
            BuiltInConfig model, TrainingConfig training, Tokenizer tokenizer, Compute compute) {
        if (model.vocabulary() < tokenizer.vocabulary()) {
            throw new IllegalArgumentException("The model's vocabulary of " + model.vocabulary()
                    + " is smaller than the tokenizer's " + tokenizer.vocabulary() + ".");
        }
        try {
            return new RewardModelTrainer(
                    StoredModel.fresh(model, tokenizer.json()),
                    training,
                    compute,
                    TrainingCounters.ZERO,
                    (network, optimiser) -> {
                        FlatLayout layout = network.layout().trained();
                        FloatBuffer weights = FloatBuffer.wrap(Initialisation.builtIn(layout, training.seed()));
                        network.trained().put(0, weights);
                        optimiser.startAverage();
                    });
        } catch (CheckpointException e) {
            throw new IllegalStateException("A fresh model reads no file.", e);
        }
    }

    /** A fresh built-in model with its own tokenizer, on the CPU. */
    public static RewardModelTrainer createBuiltIn(TrainingConfig training) {
        try (Tokenizer tokenizer = Tokenizer.builtIn()) {
            return create(ModelConfig.builtIn(tokenizer.vocabulary()), training, tokenizer, Compute.cpu());
        }
    }

    /**
     * Begins with a pretrained model, whole or with adapters; a reward head that it lacks is made up from the seed.
     *
     * @throws CheckpointException says in one sentence which file is missing, damaged, or not supported
     */
    public static RewardModelTrainer start(StoredModel model, TrainingConfig training, Compute compute)
            throws CheckpointException {
        return new RewardModelTrainer(model, training, compute, TrainingCounters.ZERO, (network, optimiser) -> {
            model.fill(network, training.seed());
            optimiser.startAverage();
        });
    }

    /**
     * Goes on where a checkpoint stands, exactly.
     *
     * @param checkpoint an opened, hence verified, checkpoint with its training state
     * @param training the same as before for the same continuation
     */
    public static RewardModelTrainer resume(Checkpoint checkpoint, TrainingConfig training, Compute compute)
            throws CheckpointException {
        return new RewardModelTrainer(
                checkpoint.model(), training, compute, checkpoint.counters(), (network, optimiser) -> {
                    checkpoint.model().fill(network, training.seed());
                    TrainingFiles.read(checkpoint, network, optimiser);
                });
    }

    /** The same on the CPU. */
    public static RewardModelTrainer resume(Checkpoint checkpoint, TrainingConfig training) throws CheckpointException {
        return resume(checkpoint, training, Compute.cpu());
    }

    /** How this model wants its inputs. */
    public InputFormat format() {
        return format;
    }

    /** Shape of the model. */
    public ModelConfig model() {
        return network.config();
    }

    /** Optimiser steps done. */
    public long steps() {
        flush();
        return counters.steps();
    }

    /** Pairs in those steps, each as often as it was used. */
    public long pairs() {
        flush();
        return counters.pairs();
    }

    /** Steps left out because loss or gradient was not finite. */
    public long skippedSteps() {
        flush();
        return counters.skippedSteps();
    }

    /**
     * Learns from a batch by one optimiser step, from pairs with critiques also as if they had none
     * ({@link ModelConfig#readsCritiquesApart}, {@link TrainingConfig#withheldShare}). The logits returned are those before the
     * update, so testing before training costs nothing.
     *
     * @param batch one pair at least; what does not fit the device at once is accumulated over micro-batches
     * @throws IllegalStateException when the loss was not finite for too many steps in a row, or not even one pair fits
     *     the device
     */
    public StepResult step(List<EncodedPair> batch) {
        return step(batch, batch.size());
    }

    /**
     * The same of pairs some of which were learnt from before. From the others alone can be told how good the rewards without
     * critiques are, and so how much they should count beside one.
     *
     * @param unseen so many pairs, from the first on, were not learnt from before
     */
    public StepResult step(List<EncodedPair> batch, int unseen) {
        return submit(batch, unseen).result();
    }

    /** {@link #step(List)} without waiting for the device. */
    public PendingStep submit(List<EncodedPair> batch) {
        return submit(batch, batch.size());
    }

    /**
     * {@link #step(List, int)} without waiting for the device. Figures of older steps are read on the way, and what is wrong
     * with them is thrown here.
     */
    public PendingStep submit(List<EncodedPair> batch, int unseen) {
        if (batch.isEmpty()) {
            throw new IllegalArgumentException("A step needs at least one pair.");
        }
        if (unseen < 0 || unseen > batch.size()) {
            throw new IllegalArgumentException("Of " + batch.size() + " pairs " + unseen + " cannot be unseen.");
        }
        int n = batch.size();
        long attempt = counters.attempts() + pending.size();
        SplittableRandom random = randomness(attempt);
        List<EncodedPair> shown = new ArrayList<>(batch);
        List<float[]> weights = new ArrayList<>(List.of(Bootstrap.weights(n, model().rewardHeads(), random)));
        int[] bareAt = new int[n];
        for (int i = 0; i < n; i++) {
            bareAt[i] = PendingStep.NOWHERE;
            if (!model().readsCritiquesApart() && random.nextDouble() < training.withheldShare()) {
                EncodedPair bare = format.withoutCritiques(batch.get(i));
                if (!bare.equals(batch.get(i))) {
                    bareAt[i] = shown.size();
                    shown.add(bare);
                    float[] half = halved(weights.get(i));
                    weights.set(i, half);
                    weights.add(half);
                }
            }
        }
        // A pair counts the same whether it is shown once or both ways.
        Optimiser.Loss loss =
                new Optimiser.Loss(training.labelSmoothing(), training.centring(), 1.0 / (n * model().rewardHeads()));
        List<BatchGradient.Pass> passes = gradient.accumulate(shown, unseen, weights.toArray(float[][]::new), loss);
        Optimiser.Result update =
                optimiser.apply(passes.stream().map(BatchGradient.Pass::result).toList(), update(attempt + 1));
        PendingStep step = new PendingStep(this, passes, update, bareAt, shown.size());
        pending.add(step);
        if (pending.size() > MOST_PENDING) {
            readNext();
        }
        return step;
    }

    private static float[] halved(float[] weights) {
        float[] halved = new float[weights.length];
        for (int head = 0; head < weights.length; head++) {
            halved[head] = weights[head] / 2;
        }
        return halved;
    }

    /** Reads the figures of all steps up to this one, in order. */
    void readUpTo(PendingStep step) {
        while (pending.contains(step)) {
            readNext();
        }
    }

    private void flush() {
        while (!pending.isEmpty()) {
            readNext();
        }
    }

    private void readNext() {
        PendingStep step = pending.remove();
        StepResult result = step.read(counters.steps());
        counters = counters.plus(result.chosen().length, result.skipped());
        if (counters.skippedInARow() >= training.maxSkipped()) {
            throw new IllegalStateException("Loss or gradient was not finite in " + counters.skippedInARow()
                    + " steps in a row (loss " + result.loss() + ", gradient norm " + result.gradientNorm()
                    + "): the weights are unusable, go back to an older checkpoint or lower the learning rate.");
        }
    }

    private Optimiser.Update update(long attempt) {
        // The average is over few weights at first (as in the moving averages of TensorFlow).
        double decay = Math.min(training.averageDecay(), (1.0 + attempt) / (10.0 + attempt));
        return new Optimiser.Update(
                training.rateAt(attempt),
                training.beta1(),
                training.beta2(),
                training.epsilon(),
                training.weightDecay(),
                training.clipNorm(),
                1 - decay);
    }

    /** Mixed twice, for neighbouring seeds of this generator give the same numbers shifted by one. */
    private SplittableRandom randomness(long attempt) {
        long first = new SplittableRandom(training.seed()).nextLong();
        return new SplittableRandom(new SplittableRandom(first + attempt).nextLong());
    }

    /** Logits by the weights that a checkpoint would serve, in request order: the mean over the reward heads. */
    public double[] score(List<EncodedInput> inputs) {
        flush();
        return HeadScores.means(optimiser.withAverage(() -> network.score(inputs)));
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
        flush();
        return Checkpoint.write(
                root,
                name,
                new Checkpoint.Contents(
                        model,
                        TrainingFiles.weights(network, optimiser),
                        TrainingFiles.state(network, optimiser),
                        counters,
                        extra));
    }

    @Override
    public void close() {
        pending.forEach(PendingStep::close);
        pending.clear();
        network.close();
        format.close();
    }
}
