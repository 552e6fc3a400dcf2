package dev.touchstone.trainer.replay;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.trainer.learn.Figures;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.lineage.Lineage;
import dev.touchstone.trainer.log.Backlog;
import dev.touchstone.trainer.log.Cut;
import dev.touchstone.trainer.log.MicroBatchCutter;
import dev.touchstone.trainer.log.PairLog;
import dev.touchstone.trainer.log.PairReader;
import dev.touchstone.trainer.log.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. Builds a model from the log, and publishes nothing. As far as the model has a ledger it follows the
 * ledger's cuts; what lies beyond it cuts as a trainer cuts a finished log. With one native thread the result has the same
 * bits as the model that learnt live, however often that one was killed.
 */
public final class Retrain {
    private final KafkaSettings kafka;
    private final TopicCatalogue topics;
    private final Duration patience;

    /**
     * @param kafka how to reach Kafka and the registry
     * @param topics the catalogue of the model
     * @param patience how long one micro-batch may take to be read
     */
    public Retrain(KafkaSettings kafka, TopicCatalogue topics, Duration patience) {
        this.kafka = kafka;
        this.topics = topics;
        this.patience = patience;
    }

    /**
     * What is wanted.
     *
     * @param modelId the model
     * @param config the configuration that the model was begun with
     * @param compute how the live model was computed: another precision or size of a pass gives other bits
     * @param batchPairs most pairs of a micro-batch beyond the ledger
     * @param batchTokens most tokens of a micro-batch beyond the ledger
     * @param until up to where the log is read
     * @param fromScratch whether the ledger is not followed; the model begins where it began all the same
     * @param folder where checkpoints are written
     */
    public record Order(
            String modelId,
            LearnerConfig config,
            Compute compute,
            int batchPairs,
            int batchTokens,
            Place until,
            boolean fromScratch,
            Path folder) {}

    /** Hears how far it is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called after each micro-batch.
         *
         * @param done offsets consumed, over all partitions
         * @param total offsets there are
         * @param trained pairs trained on
         */
        void at(long done, long total, long trained);
    }

    /**
     * What came of it.
     *
     * @param checkpoint what was built
     * @param figures of it
     * @param offsets up to where the log was read, by partition
     * @param followed micro-batches that were cut as the ledger has them
     * @param cut micro-batches beyond, cut anew
     * @param atLedgerEnd the checkpoint at the end of the ledger; null where not all of a ledger was followed
     * @param live the newest manifest of the model, if it has one
     */
    public record Outcome(
            Checkpoint.Written checkpoint,
            Figures figures,
            SortedMap<Integer, Long> offsets,
            int followed,
            int cut,
            Checkpoint.@Nullable Written atLedgerEnd,
            @Nullable CheckpointManifest live) {
        /** Whether the newest version of the model came out: of the whole ledger, or else of what was read. */
        public boolean equalsLive() {
            return live != null
                    && (atLedgerEnd == null ? checkpoint : atLedgerEnd).sha256().equals(live.getSha256());
        }

        /** Whether it did not come out although the whole ledger was followed, which must not be. */
        public boolean differs() {
            return atLedgerEnd != null && !equalsLive();
        }
    }

    /**
     * Builds the model.
     *
     * @throws UserError if the log does not go back to its beginning, or does not have what is wanted
     * @throws IllegalStateException if ledger and log do not fit together, or the log does not come
     * @throws CheckpointException if the checkpoint cannot be written
     */
    public Outcome run(Order order, Progress progress) throws CheckpointException {
        String topic = topics.critiquedPairs().name();
        SortedMap<Integer, Long> ends = order.until().in(kafka, topic);
        Lineage lineage = Lineage.read(kafka, topics.checkpoints().name(), order.modelId(), patience);
        CheckpointManifest live = lineage.newest().orElse(null);
        Ledger recorded = live == null
                ? Ledger.none()
                : Ledger.read(kafka, topics, order.modelId(), lineage.ancestry(live.getVersionId()), patience);
        Ledger whole = order.fromScratch() ? recorded.notFollowed() : recorded;
        Ledger ledger = whole.within(ends);
        try (Learner learner = Learner.fresh(order.config(), order.compute());
                PairLog log = new PairLog(
                        kafka, topic, new PairReader(kafka.decoder(CritiquedPair.class), learner.encoder()))) {
            log.open(ledger.firstOffsets());
            Map<Integer, Long> begins = log.offsets();
            long total = distance(begins, ends);
            Runnable tell = () -> progress.at(
                    Math.min(total, distance(begins, log.offsets())),
                    total,
                    learner.figures().trained());
            ledger.follow(log, learner, patience, tell);
            boolean complete = !ledger.entries().isEmpty() && ledger.equals(whole);
            Checkpoint.Written atLedgerEnd = complete ? learner.save(order.folder(), null) : null;
            int cut =
                    learnRest(log, learner, new MicroBatchCutter(order.batchPairs(), order.batchTokens()), ends, tell);
            Checkpoint.Written last =
                    cut == 0 && atLedgerEnd != null ? atLedgerEnd : learner.save(order.folder(), null);
            return new Outcome(
                    last,
                    learner.figures(),
                    new TreeMap<>(log.offsets()),
                    ledger.entries().size(),
                    cut,
                    atLedgerEnd,
                    live);
        }
    }

    /** Learns what is left of the log, cut as if it were finished; returns the number of micro-batches. */
    private int learnRest(
            PairLog log, Learner learner, MicroBatchCutter cutter, Map<Integer, Long> ends, Runnable tell) {
        int cuts = 0;
        long giveUpAt = System.nanoTime() + patience.toNanos();
        while (true) {
            List<Backlog> backlogs = log.backlogs().stream()
                    .map(backlog -> backlog.upTo(ends.getOrDefault(backlog.partition(), 0L)))
                    .toList();
            Optional<Cut> cut = cutter.full(backlogs).or(() -> cutter.rest(backlogs));
            if (cut.isPresent()) {
                log.consume(cut.get());
                learner.learn(cut.get().microBatch());
                cuts++;
                tell.run();
                giveUpAt = System.nanoTime() + patience.toNanos();
            } else if (backlogs.stream().allMatch(Backlog::atEnd)) {
                return cuts;
            } else if (System.nanoTime() > giveUpAt) {
                throw new IllegalStateException(
                        "Nothing came of " + topics.critiquedPairs().name() + " within " + patience.toSeconds()
                                + " s, and its end is not reached.");
            } else {
                log.fetch(Duration.ofMillis(200));
            }
        }
    }

    private static long distance(Map<Integer, Long> from, Map<Integer, Long> to) {
        return to.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - from.getOrDefault(end.getKey(), 0L)))
                .sum();
    }
}
