package dev.touchstone.critique.shell;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The service's configuration; each name also as an environment variable, such as TOUCHSTONE_CRITIC_BASE_URL. */
@ConfigMapping(prefix = "touchstone")
public interface ServiceConfig {
    /** What the names of all topics begin with. */
    @WithDefault("rm.")
    String topicPrefix();

    /** How log lines look: text, or json for what collects the logs of containers. */
    @WithDefault("text")
    String logFormat();

    /** Whether records are traced: off, or otlp; where to is said by OpenTelemetry's own OTEL_* variables. */
    @WithDefault("off")
    String tracing();

    /** How to reach the critic and how much to ask of it. */
    Critic critic();

    /**
     * Folder of the local state, from the working directory; may be lost, is restored from Kafka then. Not the system's
     * folder for temporary files: what a clean-up takes away under a running task, the task misses.
     */
    @WithDefault(".touchstone/critique-stream")
    Path stateDir();

    /** Name of this instance in its group; one is made and kept in the state folder where none is set. */
    Optional<String> instanceId();

    /** Time between transactions. */
    @WithDefault("100ms")
    Duration commitInterval();

    /** Stream threads. */
    @WithDefault("1")
    int threads();

    /** Copies of each task's stores that other instances hold ready, so that they need not be restored when one dies. */
    @WithDefault("1")
    int standbys();

    /** Replicas of the internal topics; -1 for the broker's default. */
    @WithDefault("-1")
    int replicationFactor();

    /** Pairs, and completions, that one task keeps waiting for critiques before it takes in no more. */
    @WithDefault("1000")
    int maxWaiting();

    /** Largest record that is taken in, bytes of key, value and headers. */
    @WithDefault("262144")
    int inputMaxBytes();

    /** How long an id is remembered, so that the same record sent again is dropped. */
    @WithDefault("P7D")
    Duration idRetention();

    /** How to reach the critic and how much to ask of it. */
    interface Critic {
        /** Address of an OpenAI-compatible API, such as http://localhost:11434/v1; required. */
        Optional<String> baseUrl();

        /** Name of the model; required. */
        Optional<String> model();

        /** Key for bearer authentication; none is sent where none is set. */
        Optional<String> apiKey();

        /** Longest time for one attempt. */
        @WithDefault("30s")
        Duration timeout();

        /** Calls in flight at most, over all instances. */
        @WithDefault("16")
        int maxInFlight();

        /** Requests begun in any minute, over all instances; 0 for no limit. */
        @WithDefault("0")
        double requestsPerMinute();

        /** Tokens in and out in any minute, over all instances; 0 for no limit. */
        @WithDefault("0")
        double tokensPerMinute();

        /** Money for a UTC day, over all instances, in the currency of the prices; 0 for no limit. */
        @WithDefault("0")
        double budgetPerDay();

        /** Price of a million tokens of prompt; 0 where calls cost nothing. */
        @WithDefault("0")
        double pricePerMillionInputTokens();

        /** Price of a million tokens of answer. */
        @WithDefault("0")
        double pricePerMillionOutputTokens();

        /** Failed attempts after which a request is given up; a limited or absent endpoint does not count. */
        @WithDefault("6")
        int maxAttempts();

        /** Age from which on every failed attempt ends a request. */
        @WithDefault("1h")
        Duration maxAge();

        /** First pause after a failed attempt lies between 0 and this, and doubles with every further one. */
        @WithDefault("1s")
        Duration backoffBase();

        /** Longest pause after a failed attempt. */
        @WithDefault("60s")
        Duration backoffCap();

        /** Sampling temperature. */
        @WithDefault("0")
        double temperature();

        /** Critiques to ask for per text, 1 to 8; more than 1 needs a temperature above 0. */
        @WithDefault("1")
        int samples();

        /** Longest answer, tokens. */
        @WithDefault("400")
        int maxTokens();

        /** How answers in JSON are asked for: json_schema, json_object or none; weakened where the endpoint refuses it. */
        @WithDefault("json_schema")
        String structuredOutput();

        /** How long an answer is kept for later requests with the same content. */
        @WithDefault("P7D")
        Duration cacheRetention();

        /** How many answers are kept, by each task; the oldest go first. */
        @WithDefault("100000")
        long cacheMaxEntries();
    }
}
