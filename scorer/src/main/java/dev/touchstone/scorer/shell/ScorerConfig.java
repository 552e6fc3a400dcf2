package dev.touchstone.scorer.shell;

import dev.touchstone.rewardmodel.Precision;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The scorer's own settings; as environment variables {@code TOUCHSTONE_MODEL_ID} and so on. */
@ConfigMapping(prefix = "touchstone")
public interface ScorerConfig {
    /** What the name of every topic begins with. */
    @WithDefault("rm.")
    String topicPrefix();

    /** How log lines look: text, or json for what collects the logs of containers. */
    @WithDefault("text")
    String logFormat();

    /** Whether records are traced: off, or otlp; where to is said by OpenTelemetry's own OTEL_* variables. */
    @WithDefault("off")
    String tracing();

    /** The model that serves. */
    @WithDefault("default")
    String modelId();

    /** Which version of it serves: an alias, followed as it moves, or a version, which stays. */
    @WithDefault("champion")
    String modelVersion();

    /** How many versions that requests and completions ask for by name may be in memory beside the one that serves. */
    @WithDefault("2")
    int versionsBeside();

    /**
     * Name of this scorer among those of the same topics: part of its {@code transactional.id} and its name in the consumer
     * group. It must be the same after a restart, and no other running scorer may have it.
     */
    @WithDefault("1")
    String instanceId();

    /**
     * Whether this scorer has the page, for which it reads every record of pairs, completions and rewards; without it
     * {@code /v1/status} knows what serves and no figures of training or rewards.
     */
    @WithDefault("true")
    boolean page();

    /** Threads of the native library for one computation; keep it below the number of cores. */
    @WithDefault("1")
    int nativeThreads();

    /** Where the model is computed: cpu, cuda, or cuda:N; docs/gpu.md says what a GPU needs. */
    @WithDefault("cpu")
    String device();

    /** Number type of the blocks: fp32, or bf16, which is fast on a GPU and on a processor with AMX. */
    @WithDefault("fp32")
    Precision precision();

    /** Most tokens, padding included, of one forward pass; 4,096 on a CPU and 16,384 on a GPU where it is not set. */
    OptionalInt deviceBatchTokens();

    /** The S3-compatible store that the trainer's manifests name, s3://bucket/prefix; nothing outside it is then fetched. */
    Optional<String> checkpointStore();

    /** Folder for checkpoints that were fetched from a store; the last four stay. */
    @WithDefault(".touchstone/fetched")
    Path checkpointCache();

    /** URL of a store other than Amazon's. */
    Optional<String> s3Endpoint();

    /** The store's region; us-east-1 at an endpoint, and else what the SDK finds (AWS_REGION). */
    Optional<String> s3Region();

    /** Whether the bucket stands in the path of a URL and not in its host's name; by default at an endpoint. */
    Optional<Boolean> s3PathStyle();

    /** Settings of the HTTP interface. */
    Http http();

    /** Settings of the HTTP interface. */
    interface Http {
        /** Most items that one request may have. */
        @WithDefault("256")
        int maxItems();

        /** Most texts that may wait or be scored at a time; a request beyond is answered with 429. */
        @WithDefault("1024")
        int queueItems();

        /** How long a request by a trainer's contract waits for room in a full queue; below the time-outs of their clients. */
        @WithDefault("100s")
        Duration hold();

        /** How long a request to /v1/rewards waits where it does not say; then 504. */
        @WithDefault("30s")
        Duration deadline();

        /** The longest deadline that such a request may ask for. */
        @WithDefault("5m")
        Duration longestDeadline();

        /** Keys of which a client must show one, each as {@code id:secret}; with none, nobody needs one. */
        Optional<List<String>> keys();

        /** Allows listening on an address that other machines reach without any key. */
        @WithDefault("false")
        boolean insecure();
    }
}
