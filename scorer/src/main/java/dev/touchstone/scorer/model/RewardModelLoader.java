package dev.touchstone.scorer.model;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.RewardScorer;
import dev.touchstone.rewardmodel.Scores;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.InputRefusedException;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.store.CheckpointFetcher;
import dev.touchstone.store.StoreException;
import java.util.List;
import java.util.stream.IntStream;

/** Loads checkpoints of the project's own reward model. The only class that knows it. */
public final class RewardModelLoader implements ModelLoader {
    /** Scored once before a version serves: first use makes native code compile. */
    private static final RewardInput WARM_UP =
            new RewardInput(List.of(new Turn("user", "What is 2 plus 2?")), "It is 4.", "The answer is right.");

    /** The one that serves, the one before, and some that are asked for by name, so that a restart and a rollback need not fetch. */
    private static final int FETCHED = 4;

    private final int nativeThreads;
    private final Compute compute;
    private final CheckpointFetcher fetcher;

    /**
     * @param nativeThreads threads of the native library, below the number of cores; at least 1
     * @param compute where and how models are computed
     * @param fetcher brings checkpoints onto this machine; used and closed with the process
     */
    public RewardModelLoader(int nativeThreads, Compute compute, CheckpointFetcher fetcher) {
        if (nativeThreads < 1) {
            throw new UserError("touchstone.native-threads is " + nativeThreads + ": use at least 1.");
        }
        this.nativeThreads = nativeThreads;
        this.compute = compute;
        this.fetcher = fetcher;
        if (!compute.device().equals("cpu")) {
            requireDevice();
        }
    }

    /**
     * Brings the native library into the process, which every load would do at its begin. May be called on any thread while
     * the rest of the process starts.
     */
    public void prepare() {
        Torch.start(nativeThreads);
    }

    /** A device that is not there must end the start, not every load. */
    private void requireDevice() {
        try {
            Torch.start(nativeThreads);
            compute.requireDevice();
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public LoadedModel load(CheckpointManifest manifest) throws ModelLoadException {
        if (manifest.getRetiredAt() != null) {
            throw new ModelLoadException("Version " + manifest.getVersionId() + " was retired at "
                    + manifest.getRetiredAt() + " and its files may be gone: point the alias to another version.");
        }
        Torch.start(nativeThreads);
        RewardScorer scorer;
        try {
            Checkpoint checkpoint = fetcher.fetch(manifest.getUri(), manifest.getSha256());
            scorer = RewardScorer.of(checkpoint, compute);
        } catch (CheckpointException | StoreException e) {
            throw new ModelLoadException(String.valueOf(e.getMessage()), e);
        }
        try {
            scorer.scoreInputs(List.of(WARM_UP));
        } catch (RuntimeException e) {
            scorer.close();
            throw new ModelLoadException("The model at " + manifest.getUri() + " cannot score: " + e, e);
        }
        fetcher.trim(FETCHED);
        return new Loaded(ModelInfo.of(manifest), scorer);
    }

    private record Loaded(ModelInfo info, RewardScorer scorer) implements LoadedModel {
        private record Tokens(EncodedInput input) implements Encoded {}

        @Override
        public Encoded encode(ModelInput input) {
            try {
                return new Tokens(encoded(input));
            } catch (InputRefusedException e) {
                throw new TextRefusedException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public List<RawScore> score(List<Encoded> inputs) {
            Scores scores = scorer.scoreEncoded(
                    inputs.stream().map(input -> ((Tokens) input).input()).toList());
            return IntStream.range(0, inputs.size())
                    .mapToObj(i -> new RawScore(scores.logits()[i], scores.truncated()[i]))
                    .toList();
        }

        @Override
        public void close() {
            scorer.close();
        }

        private EncodedInput encoded(ModelInput input) {
            if (input instanceof ModelInput.Templated templated) {
                return scorer.format().encodeTemplated(templated.prompt(), templated.completion());
            }
            ModelInput.Conversation conversation = (ModelInput.Conversation) input;
            return scorer.format()
                    .encode(new RewardInput(
                            conversation.prompt().stream()
                                    .map(Loaded::translated)
                                    .toList(),
                            conversation.completion(),
                            conversation.critique()));
        }

        private static Turn translated(Message message) {
            return new Turn(message.getRole(), message.getContent());
        }
    }
}
