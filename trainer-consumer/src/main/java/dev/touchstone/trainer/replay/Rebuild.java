package dev.touchstone.trainer.replay;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.trainer.learn.BatchOutcome;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.lineage.Lineage;
import dev.touchstone.trainer.lineage.TopicReader;
import dev.touchstone.trainer.log.Cut;
import dev.touchstone.trainer.log.PairLog;
import dev.touchstone.trainer.log.PairReader;
import dev.touchstone.trainer.log.Range;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. Builds a model again from the log, along the cuts that the ledger recorded. With one native thread the
 * result has the same bits as the model that learnt live, however often that one was killed.
 */
public final class Rebuild {
    private final KafkaSettings kafka;
    private final TopicCatalogue topics;
    private final Duration patience;

    /**
     * @param kafka how to reach Kafka and the registry
     * @param topics the catalogue of the model
     * @param patience how long one micro-batch may take to be read
     */
    public Rebuild(KafkaSettings kafka, TopicCatalogue topics, Duration patience) {
        this.kafka = kafka;
        this.topics = topics;
        this.patience = patience;
    }

    /**
     * Builds the newest version of a model and writes it down as a checkpoint of its own; nothing is published.
     *
     * @param modelId the model
     * @param config the configuration that the model was begun with
     * @param compute how the live model was computed: another precision or size of a pass gives other bits
     * @param folder where the checkpoint is written
     * @return the checkpoint; its sha256 is that of the live one
     * @throws UserError if there is no such model, or the log does not go back to its beginning
     * @throws IllegalStateException if ledger and log do not fit together
     * @throws CheckpointException if the checkpoint cannot be written
     */
    public Checkpoint.Written newest(String modelId, LearnerConfig config, Compute compute, Path folder)
            throws CheckpointException {
        Lineage lineage = Lineage.read(kafka, topics.checkpoints().name(), modelId, patience);
        CheckpointManifest newest = lineage.newest()
                .orElseThrow(() -> new UserError("There is no checkpoint of model " + modelId + " in "
                        + topics.checkpoints().name() + ": check the model id and the topic prefix."));
        Collection<LedgerEntry> entries = entries(modelId, lineage.ancestry(newest.getVersionId()));
        try (Learner learner = Learner.fresh(config, compute);
                PairLog log = new PairLog(
                        kafka,
                        topics.critiquedPairs().name(),
                        new PairReader(kafka.decoder(CritiquedPair.class), learner.encoder()))) {
            log.open(firstOffsets(entries));
            for (LedgerEntry entry : entries) {
                List<Range> ranges = entry.getRanges().stream().map(Range::of).toList();
                Cut cut = log.consumeRecorded(ranges, entry.getCut(), patience);
                requireSame(entry, learner.learn(cut.microBatch()));
            }
            return learner.save(folder, null);
        }
    }

    /**
     * The ledger of one lineage by number of the micro-batch. Entries of branches that were given up are left out; where the
     * same edge was published twice the later one is the one that was gone on from.
     */
    private Collection<LedgerEntry> entries(String modelId, List<CheckpointManifest> ancestry) {
        Map<String, @Nullable String> parents = new HashMap<>();
        ancestry.forEach(manifest -> parents.put(manifest.getVersionId(), manifest.getParent()));
        SortedMap<Long, LedgerEntry> entries = new TreeMap<>();
        RecordDecoder<LedgerEntry> decoder = kafka.decoder(LedgerEntry.class);
        String topic = topics.trainingLedger().name();
        TopicReader.readToEnd(kafka, topic, patience, record -> {
            if (decoder.decode(topic, record.value()) instanceof Decoded.Valid<LedgerEntry> valid
                    && valid.value().getModelId().equals(modelId)
                    && parents.containsKey(valid.value().getVersionId())
                    && Objects.equals(
                            parents.get(valid.value().getVersionId()),
                            valid.value().getParent())) {
                entries.put(valid.value().getBatch(), valid.value());
            }
        });
        return entries.values();
    }

    private static Map<Integer, Long> firstOffsets(Collection<LedgerEntry> entries) {
        Map<Integer, Long> first = new HashMap<>();
        entries.forEach(
                entry -> entry.getRanges().forEach(range -> first.putIfAbsent(range.getPartition(), range.getFrom())));
        return first;
    }

    private static void requireSame(LedgerEntry entry, BatchOutcome outcome) {
        if (outcome.batch() != entry.getBatch()
                || outcome.step() != entry.getStep()
                || outcome.trained() != entry.getTrainedPairs()
                || outcome.heldOut() != entry.getHeldOutPairs()
                || outcome.skipped() != entry.getSkippedPairs()
                || outcome.tokens() != entry.getTokens()) {
            throw new IllegalStateException("Micro-batch " + entry.getBatch() + " came out as " + outcome
                    + ", but the ledger says step " + entry.getStep() + ", " + entry.getTrainedPairs() + " trained, "
                    + entry.getHeldOutPairs() + " held out, " + entry.getSkippedPairs() + " skipped, "
                    + entry.getTokens() + " tokens: the log or the configuration is another one.");
        }
    }
}
