package dev.touchstone.schemas;

import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.schemas.v1.ModelRequest;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.TrainingMetrics;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Every topic of the system: name, key, value, partitions and clean-up. Nothing else in the project spells a topic's name. */
public final class TopicCatalogue {
    /** The prefix unless the user sets another. */
    public static final String DEFAULT_PREFIX = "rm.";

    /** Partitions of the topics that carry pairs, completions and rewards, unless the user wants more. */
    public static final int DEFAULT_PARTITIONS = 4;

    /** Largest record of the topics that carry users' texts, bytes; what comes out has critiques and headers on top. */
    private static final int INPUT_BYTES = 2 << 20;

    private static final int OUTPUT_BYTES = 4 << 20;
    private static final String WEEK = "604800000";
    private static final String FOR_EVER = "-1";

    private final String prefix;
    private final int partitions;

    /** @param prefix what every topic's name begins with, {@value #DEFAULT_PREFIX} by default */
    public TopicCatalogue(String prefix) {
        this(prefix, DEFAULT_PARTITIONS);
    }

    /**
     * @param prefix what every topic's name begins with
     * @param partitions of the topics that carry pairs, completions and rewards when they are created; the others have one
     */
    public TopicCatalogue(String prefix, int partitions) {
        if (!prefix.matches("[a-zA-Z0-9._-]*")) {
            throw new UserError("The topic prefix '" + prefix
                    + "' has a character that Kafka does not allow: use letters, digits, dots, dashes.");
        }
        if (partitions < 1) {
            throw new UserError("A topic cannot have " + partitions + " partitions: use at least 1.");
        }
        this.prefix = prefix;
        this.partitions = partitions;
    }

    /** What every topic's name begins with. */
    public String prefix() {
        return prefix;
    }

    /** Old records go after a time, or only the newest of each key is kept. */
    public enum Cleanup {
        /** Old records go after {@code retention.ms}. */
        DELETE,
        /** The newest record of each key is kept for ever. */
        COMPACT
    }

    /**
     * One topic.
     *
     * @param name full name with prefix
     * @param key what the key is, for people
     * @param value schema of the value; null where the value is whatever bytes came in
     * @param partitions number of partitions when it is created
     * @param cleanup what happens to old records
     * @param config further settings of the topic
     */
    public record Topic(
            String name,
            String key,
            @Nullable Schema value,
            int partitions,
            Cleanup cleanup,
            Map<String, String> config) {}

    /** Preference pairs as they come in. */
    public Topic pairs() {
        return delete("pairs", "pairId", PreferencePair.getClassSchema(), partitions, WEEK, INPUT_BYTES);
    }

    /** Completions that want a reward. */
    public Topic completions() {
        return delete("completions", "completionId", Completion.getClassSchema(), partitions, WEEK, INPUT_BYTES);
    }

    /** Pairs with critiques: the trainer's log, kept as long as models are to be rebuilt from it. */
    public Topic critiquedPairs() {
        return delete("critiqued-pairs", "pairId", CritiquedPair.getClassSchema(), partitions, FOR_EVER, OUTPUT_BYTES);
    }

    /** Completions with critiques or with the reason why there are none. */
    public Topic critiquedCompletions() {
        return delete(
                "critiqued-completions",
                "completionId",
                CritiquedCompletion.getClassSchema(),
                partitions,
                WEEK,
                OUTPUT_BYTES);
    }

    /** One reward per completion. */
    public Topic rewards() {
        return delete("rewards", "completionId", Reward.getClassSchema(), partitions, WEEK, OUTPUT_BYTES);
    }

    /** Manifests of checkpoints. */
    public Topic checkpoints() {
        return compact("checkpoints", "modelId/versionId", CheckpointManifest.getClassSchema());
    }

    /** Aliases of versions; the scorer follows the alias champion. */
    public Topic models() {
        return compact("models", "modelId/alias", ModelAlias.getClassSchema());
    }

    /** What each micro-batch consumed. One partition: its order is the order of training. */
    public Topic trainingLedger() {
        return delete("training-ledger", "modelId", LedgerEntry.getClassSchema(), 1, FOR_EVER, INPUT_BYTES);
    }

    /** Figures of training. */
    public Topic trainingMetrics() {
        return delete("training-metrics", "modelId", TrainingMetrics.getClassSchema(), 1, WEEK, INPUT_BYTES);
    }

    /** Requests to the trainers of models, which alone name versions. */
    public Topic modelRequests() {
        return delete("model-requests", "modelId", ModelRequest.getClassSchema(), 1, WEEK, INPUT_BYTES);
    }

    /** What became of each request. */
    public Topic modelAnswers() {
        return delete("model-answers", "requestId", ModelAnswer.getClassSchema(), 1, WEEK, INPUT_BYTES);
    }

    /** What could not be processed: original key and value bytes, the reason in the headers. */
    public Topic deadLetters() {
        return delete("dead-letters", "original key bytes", null, 1, FOR_EVER, OUTPUT_BYTES);
    }

    /** All topics, in the order in which data flows. */
    public List<Topic> all() {
        return List.of(
                pairs(),
                completions(),
                critiquedPairs(),
                critiquedCompletions(),
                trainingLedger(),
                checkpoints(),
                models(),
                rewards(),
                trainingMetrics(),
                modelRequests(),
                modelAnswers(),
                deadLetters());
    }

    private Topic delete(
            String name, String key, @Nullable Schema value, int partitions, String retentionMs, int maxBytes) {
        return new Topic(
                prefix + name,
                key,
                value,
                partitions,
                Cleanup.DELETE,
                Map.of(
                        "cleanup.policy",
                        "delete",
                        "retention.ms",
                        retentionMs,
                        "max.message.bytes",
                        Integer.toString(maxBytes)));
    }

    private Topic compact(String name, String key, Schema value) {
        return new Topic(prefix + name, key, value, 1, Cleanup.COMPACT, Map.of("cleanup.policy", "compact"));
    }
}
