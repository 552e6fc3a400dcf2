package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks the guarantees of a running or finished system by its topics. Of a record it keeps ids, counts and fingerprints,
 * no payload: some 500 bytes each.
 */
public final class Verifier {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final KafkaSettings settings;
    private final TopicCatalogue topics;
    private final Duration patience;
    private final Set<Stage> stages;

    /** Hears how far reading is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called often.
         *
         * @param done offsets passed, over all partitions
         * @param total offsets there are
         */
        void at(long done, long total);
    }

    /**
     * @param settings how to reach the brokers and the registry
     * @param topics names of the topics, which exist
     * @param patience how long to wait for a registry that does not answer
     * @param stages what is judged
     */
    public Verifier(KafkaSettings settings, TopicCatalogue topics, Duration patience, Set<Stage> stages) {
        this.settings = settings;
        this.topics = topics;
        this.patience = patience;
        this.stages = Set.copyOf(stages);
    }

    /**
     * Reads everything and judges it.
     *
     * @param wait how long to go on reading while something that came in has not come out
     * @throws dev.touchstone.schemas.UserError if the registry does not answer
     */
    public Verdict verify(Duration wait, Progress progress) {
        List<Check> checks = checks();
        List<String> names = topics.all().stream()
                .map(Topic::name)
                .filter(name -> checks.stream().anyMatch(check -> check.topics().contains(name)))
                .toList();
        long giveUpAt = System.nanoTime() + wait.toNanos();
        try (TopicReader reader = new TopicReader(settings, names)) {
            while (true) {
                reader.readOn(
                        record -> checks.stream()
                                .filter(check -> check.topics().contains(record.topic()))
                                .forEach(check -> check.take(record)),
                        progress);
                Findings findings = new Findings();
                checks.forEach(check -> check.judge(findings, reader.retained()));
                if (!findings.somethingIsMissing() || System.nanoTime() >= giveUpAt) {
                    return findings.verdict(reader.read());
                }
                pause();
            }
        }
    }

    private List<Check> checks() {
        SchemaSource schemas = new SchemaSource(settings.client(), patience);
        List<Check> checks = new ArrayList<>(List.of(new DeadLetterCheck(topics)));
        if (stages.contains(Stage.CRITIQUES)) {
            checks.add(new CritiqueCheck(new CompletionFlow(topics), topics, schemas));
            checks.add(new CritiqueCheck(new PairFlow(topics), topics, schemas));
        }
        if (stages.contains(Stage.LINEAGE)) {
            checks.add(new LineageCheck(topics, schemas, new CommittedOffsets(settings)));
        }
        if (stages.contains(Stage.REWARDS)) {
            checks.add(new RewardCheck(topics, schemas));
        }
        return checks;
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for what is missing", e);
        }
    }
}
