package dev.touchstone.trainer.replay;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.trainer.learn.BatchOutcome;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.lineage.TopicReader;
import dev.touchstone.trainer.log.Cut;
import dev.touchstone.trainer.log.PairLog;
import dev.touchstone.trainer.log.Range;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one lineage consumed, by micro-batch.
 *
 * @param entries in the order of training
 * @param began where the model began to read the log, by partition; empty for its beginning
 */
record Ledger(List<LedgerEntry> entries, Map<Integer, Long> began) {
    Ledger {
        entries = List.copyOf(entries);
        began = Map.copyOf(began);
    }

    /** The ledger of a model that has none. */
    static Ledger none() {
        return new Ledger(List.of(), Map.of());
    }

    /**
     * Reads the ledger of one lineage. Entries of branches that were given up are left out; where the same edge was published
     * twice the later one is the one that was gone on from.
     *
     * @param ancestry the manifests of the lineage
     * @param patience how long to wait for open transactions of others
     */
    static Ledger read(
            KafkaSettings kafka,
            TopicCatalogue topics,
            String modelId,
            List<CheckpointManifest> ancestry,
            Duration patience) {
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
        Map<Integer, Long> began = new HashMap<>();
        // Only the first one says it.
        ancestry.forEach(manifest ->
                manifest.getBegan().forEach(offset -> began.put(offset.getPartition(), offset.getNextOffset())));
        return new Ledger(List.copyOf(entries.values()), began);
    }

    /** The same model's ledger with nothing to follow. */
    Ledger notFollowed() {
        return new Ledger(List.of(), began);
    }

    /** Where the lineage began, by partition; one that is missing was taken from its beginning, if anything was. */
    Map<Integer, Long> firstOffsets() {
        Map<Integer, Long> first = new HashMap<>(began);
        entries.forEach(
                entry -> entry.getRanges().forEach(range -> first.putIfAbsent(range.getPartition(), range.getFrom())));
        return first;
    }

    /**
     * The beginning of it that lies within the log up to some offsets.
     *
     * @param ends the first offset of each partition that is beyond
     */
    Ledger within(Map<Integer, Long> ends) {
        int fit = 0;
        while (fit < entries.size()
                && entries.get(fit).getRanges().stream()
                        .allMatch(range -> range.getNext() <= ends.getOrDefault(range.getPartition(), 0L))) {
            fit++;
        }
        return new Ledger(entries.subList(0, fit), began);
    }

    /**
     * Learns each micro-batch as the ledger has it.
     *
     * @param after hears of each that was learnt
     * @throws IllegalStateException if log and ledger do not fit together
     */
    void follow(PairLog log, Learner learner, Duration patience, Runnable after) {
        for (LedgerEntry entry : entries) {
            List<Range> ranges = entry.getRanges().stream().map(Range::of).toList();
            Cut cut = log.consumeRecorded(ranges, entry.getCut(), patience);
            requireSame(entry, learner.learn(cut.microBatch()));
            after.run();
        }
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
