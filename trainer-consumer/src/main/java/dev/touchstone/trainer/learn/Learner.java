package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.StepResult;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. A model that learns from micro-batches: each is scored before it is learnt from, one optimiser step on
 * its fresh pairs is followed by steps on replayed ones (or both share one step), and held-out pairs are kept aside. With one native thread its state
 * is a function of the micro-batches, the configuration and the seed, through any number of checkpoints: whatever is random
 * follows from the seed and the number of the micro-batch.
 */
public final class Learner implements AutoCloseable {
    /** Nobody takes them while a model is rebuilt. */
    private static final int MOST_FRESH = 4_096;

    private final LearnerConfig config;
    private final RewardModelTrainer model;
    private final LearnerState state;
    private final PairEncoder encoder;
    private List<HeldOutPair> fresh = new ArrayList<>();

    private Learner(LearnerConfig config, RewardModelTrainer model, LearnerState state) {
        this.config = config;
        this.model = model;
        this.state = state;
        this.encoder = new PairEncoder(model.format(), config.split(), config.labels(), config.readCritiques());
    }

    /**
     * A model that has learnt nothing.
     *
     * @throws dev.touchstone.schemas.UserError if the pretrained model cannot be used
     */
    public static Learner fresh(LearnerConfig config, Compute compute) {
        return new Learner(config, config.start().begin(config.training(), compute), new LearnerState(config));
    }

    /** The same on the CPU in fp32. */
    public static Learner fresh(LearnerConfig config) {
        return fresh(config, Compute.cpu());
    }

    /**
     * The model that a checkpoint holds, exactly as it was.
     *
     * @param checkpoint opened, hence verified
     * @param config the configuration that the model was begun with
     * @param compute where and how it is computed
     * @throws CheckpointException if the folder is not one of a trainer, or is damaged
     * @throws dev.touchstone.schemas.UserError if the model was begun with another configuration
     */
    public static Learner restore(Checkpoint checkpoint, LearnerConfig config, Compute compute)
            throws CheckpointException {
        LearnerState state = LearnerState.of(checkpoint, config);
        return new Learner(config, RewardModelTrainer.resume(checkpoint, config.training(), compute), state);
    }

    /** The same on the CPU in fp32. */
    public static Learner restore(Checkpoint checkpoint, LearnerConfig config) throws CheckpointException {
        return restore(checkpoint, config, Compute.cpu());
    }

    /** Makes examples for this model. */
    public PairEncoder encoder() {
        return encoder;
    }

    /** Learns from one micro-batch. */
    public BatchOutcome learn(MicroBatch batch) {
        List<Example> ranked = new ArrayList<>();
        List<Example> ties = new ArrayList<>();
        int heldOut = 0;
        int skipped = batch.dead();
        long tokens = 0;
        for (Example example : batch.examples()) {
            switch (example.use()) {
                case TRAIN -> {
                    (example.pair().tie() ? ties : ranked).add(example);
                    tokens += example.pair().length();
                    if (example.critic() != null) {
                        state.progress().countCritic(example.critic());
                    }
                }
                case HOLD_OUT -> {
                    heldOut++;
                    holdOut(new HeldOutPair(example.text(), example.pair(), example.source()));
                }
                case SKIP -> skipped++;
            }
        }
        int trained = ranked.size() + ties.size();
        long number = state.progress().count(trained, heldOut, skipped, tokens);
        long before = model.steps();
        if (trained > 0) {
            train(ranked, ties, number);
        }
        return new BatchOutcome(
                number, model.steps(), (int) (model.steps() - before), trained, heldOut, skipped, tokens);
    }

    /** Takes the steps of a micro-batch. The figures are read from the first one, and there of the ranked pairs alone. */
    private void train(List<Example> ranked, List<Example> ties, long number) {
        ReplayConfig replay = config.replay();
        List<Example> fresh = Stream.concat(ranked.stream(), ties.stream()).toList();
        List<EncodedPair> first =
                new ArrayList<>(fresh.stream().map(Example::pair).toList());
        int replayed = replay.replayedFor(fresh.size());
        if (replay.replaySteps() == 0) {
            first.addAll(state.replay().draw(replayed, number, 0));
        }
        StepResult test = model.step(first, fresh.size()).first(ranked.size());
        state.progress().test(ranked, test);
        fresh.forEach(example -> state.replay().offer(example.source(), example.pair()));
        for (int step = 0; step < replay.replaySteps(); step++) {
            List<EncodedPair> again = state.replay().draw(replay.inStep(step, replayed), number, step);
            if (!again.isEmpty()) {
                model.step(again, 0);
            }
        }
    }

    private void holdOut(HeldOutPair pair) {
        state.heldOut().offer(pair);
        if (state.seen().add(pair) && fresh.size() < MOST_FRESH) {
            fresh.add(pair);
        }
    }

    /** The held-out pairs that are kept to be scored. */
    public List<HeldOutPair> heldOut() {
        return List.copyOf(state.heldOut().items());
    }

    /**
     * The held-out pairs that came since the last call, or since this learner was made; each pair once, also if it is
     * delivered or critiqued again. Beyond {@value #MOST_FRESH} they are left out.
     */
    public List<HeldOutPair> takeFresh() {
        List<HeldOutPair> taken = List.copyOf(fresh);
        fresh = new ArrayList<>();
        return taken;
    }

    /** Logits of texts by the weights that a checkpoint would serve; NaN for a text that the model refuses. */
    public double[] rewards(List<RewardInput> inputs) {
        return TextRewards.of(inputs, model.format(), model::score);
    }

    /**
     * Scores the held-out pairs with and without critiques; changes nothing.
     *
     * @throws IllegalStateException if a logit is no finite number: such a model must not be published
     */
    public Evaluation evaluate() {
        List<HeldOutPair> pairs = state.heldOut().items();
        if (pairs.isEmpty()) {
            return Evaluation.NONE;
        }
        List<EncodedInput> inputs = new ArrayList<>();
        for (HeldOutPair held : pairs) {
            EncodedPair bare = model.format().withoutCritiques(held.pair());
            inputs.addAll(List.of(held.pair().chosen(), held.pair().rejected(), bare.chosen(), bare.rejected()));
        }
        double[] logits = model.score(inputs);
        if (!Arrays.stream(logits).allMatch(Double::isFinite)) {
            throw new IllegalStateException("After step " + model.steps()
                    + " the model's logits are no finite numbers, so it is not published: begin it anew with a lower"
                    + " touchstone.learning-rate.");
        }
        double[] wins = new double[pairs.size()];
        double[] winsWithheld = new double[pairs.size()];
        double longer = 0;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < pairs.size(); i++) {
            double chosen = logits[4 * i];
            double rejected = logits[4 * i + 1];
            wins[i] = win(chosen, rejected);
            winsWithheld[i] = win(logits[4 * i + 2], logits[4 * i + 3]);
            longer += win(pairs.get(i).chosenLength(), pairs.get(i).rejectedLength());
            sum += chosen + rejected;
            squares += chosen * chosen + rejected * rejected;
        }
        int n = pairs.size();
        double mean = sum / (2 * n);
        double deviation = Math.sqrt(Math.max(0, squares / (2 * n) - mean * mean));
        boolean usable = Double.isFinite(deviation) && deviation > 0;
        return new Evaluation(
                n,
                Arrays.stream(wins).sum() / n,
                Arrays.stream(winsWithheld).sum() / n,
                longer / n,
                usable ? mean : null,
                usable ? deviation : null,
                Slices.measure(pairs, wins, winsWithheld));
    }

    /** Figures as they stand. */
    public Figures figures() {
        return state.progress().figures(model.steps(), model.skippedSteps());
    }

    /**
     * Writes the whole state as a checkpoint folder, durably. Its hash covers what was learnt and no times or paths.
     *
     * @param root folder that holds the checkpoints
     * @param name name of the new folder; null for its version id
     */
    public Checkpoint.Written save(Path root, @Nullable String name) throws CheckpointException {
        return model.checkpoint(root, name, state.files());
    }

    @Override
    public void close() {
        model.close();
    }

    private static double win(double chosen, double rejected) {
        return chosen > rejected ? 1 : chosen == rejected ? 0.5 : 0;
    }
}
