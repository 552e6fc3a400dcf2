package dev.touchstone.critique.topology;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.CallPool;
import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.critique.asyncstage.ScriptedCall;
import dev.touchstone.critique.asyncstage.Spend;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.asyncstage.StageSettings;
import dev.touchstone.critique.critic.CriticIdentity;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueAnswer.AspectOpinion;
import dev.touchstone.critique.critic.CritiqueAnswer.Opinion;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.critique.state.JsonSerde;
import dev.touchstone.critique.state.Valve;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The whole topology in a test driver, with a critic that the test speaks for and a clock that the test moves. */
final class StreamBed implements AutoCloseable {
    static final TopicCatalogue TOPICS = new TopicCatalogue("rm.");
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final CriticIdentity CRITIC =
            new CriticIdentity("m", "critique-v1", new TreeMap<>(Map.of("temperature", "0")));

    /** Every call is thought to cost 10. */
    final ScriptedCall<CritiqueRequest, CritiqueAnswer> critic = new ScriptedCall<>(new Spend(0, 10));

    final List<DeadLetterReason> deadLettersHeard = new ArrayList<>();
    final List<Origin.Kind> sent = new ArrayList<>();
    final List<StageListener.Event> events = new ArrayList<>();
    final Valve valve = new Valve();
    int duplicates;
    int late;

    private final TestAvro avro = new TestAvro();
    private final TopologyTestDriver driver;
    private Instant now = START;

    StreamBed() {
        this(1);
    }

    StreamBed(int samples) {
        this(262_144, 4 << 20, 1_000, samples);
    }

    StreamBed(Tracing tracing) {
        this(262_144, 4 << 20, 1_000, 1, Limits.inFlight(64), tracing);
    }

    StreamBed(Limits limits) {
        this(262_144, 4 << 20, 1_000, 1, limits);
    }

    StreamBed(int inputMaxBytes, int outputMaxBytes, int maxWaiting, int samples) {
        this(inputMaxBytes, outputMaxBytes, maxWaiting, samples, Limits.inFlight(64));
    }

    private StreamBed(int inputMaxBytes, int outputMaxBytes, int maxWaiting, int samples, Limits limits) {
        this(inputMaxBytes, outputMaxBytes, maxWaiting, samples, limits, Tracing.OFF);
    }

    private StreamBed(
            int inputMaxBytes, int outputMaxBytes, int maxWaiting, int samples, Limits limits, Tracing tracing) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder().toString());
        CallPool<CritiqueRequest, CritiqueAnswer> pool = new CallPool<>(critic, limits, 1, Runnable::run, clock());
        StageSettings stage = new StageSettings(
                1_000,
                3,
                Duration.ofHours(1),
                Duration.ofMinutes(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(8),
                Duration.ofMillis(100),
                Duration.ofDays(1),
                1_000);
        Topology topology = CritiqueTopology.build(
                new TopologySettings(TOPICS, 4, inputMaxBytes, outputMaxBytes, maxWaiting, Duration.ofDays(7), samples),
                stage,
                CRITIC,
                pool,
                valve,
                new Formats(
                        new RecordDecoder<>(PreferencePair.class, avro::deserialize),
                        new RecordDecoder<>(Completion.class, avro::deserialize),
                        avro::serialize,
                        tracing),
                observer(),
                events::add,
                new Random(7),
                config);
        driver = new TopologyTestDriver(topology, config, START);
    }

    static PreferencePair.Builder pair(String question) {
        return PreferencePair.newBuilder()
                .setPairId(UUID.nameUUIDFromBytes(question.getBytes(StandardCharsets.UTF_8)))
                .setPrompt(List.of(new Message("user", question)))
                .setChosen("good " + question)
                .setRejected("bad " + question)
                .setLabelledAt(START);
    }

    static Completion.Builder completion(String question) {
        return Completion.newBuilder()
                .setCompletionId(UUID.nameUUIDFromBytes(question.getBytes(StandardCharsets.UTF_8)))
                .setPrompt(List.of(new Message("user", question)))
                .setCompletion("answer to " + question)
                .setCreatedAt(START);
    }

    byte[] bytes(Object value) {
        return avro.serialize("", value);
    }

    void send(PreferencePair pair) {
        send(TOPICS.pairs().name(), pair.getPairId().toString().getBytes(StandardCharsets.UTF_8), bytes(pair));
    }

    void send(Completion completion) {
        send(
                TOPICS.completions().name(),
                completion.getCompletionId().toString().getBytes(StandardCharsets.UTF_8),
                bytes(completion));
    }

    /** Every record has a trace, an old CloudEvents attribute and a header of its own. */
    void send(String topic, byte[] key, byte[] value) {
        send(topic, key, value, "00-trace");
    }

    void send(String topic, byte[] key, byte[] value, String traceparent) {
        TestInputTopic<byte[], byte[]> input =
                driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
        headers.add("ce_subject", "old".getBytes(StandardCharsets.UTF_8));
        headers.add("mine", new byte[] {1, 2});
        input.pipeInput(new TestRecord<>(key, value, headers, now));
    }

    /** Puts an answer straight on the topic of results. */
    void result(Answer<OriginRef, CritiqueAnswer> answer) {
        TestInputTopic<String, Answer<OriginRef, CritiqueAnswer>> results = driver.createInputTopic(
                "test-results-repartition",
                new StringSerializer(),
                JsonSerde.of(new TypeReference<Answer<OriginRef, CritiqueAnswer>>() {}));
        results.pipeInput(answer.waiter().waiterId(), answer);
    }

    /** Ends the first open call about a completion. */
    void answer(String completion, CallResult<CritiqueAnswer> result) {
        answer(completion, 0, result);
    }

    /** Ends an open call about a completion; samples are called in order. */
    void answer(String completion, int which, CallResult<CritiqueAnswer> result) {
        critic.calls().stream()
                .filter(call -> call.request().completion().equals(completion))
                .filter(call -> !call.result().isDone())
                .skip(which)
                .findFirst()
                .orElseThrow(() -> new AssertionError("No open call about: " + completion))
                .result()
                .complete(result);
        tick();
    }

    void critique(String completion) {
        answer(completion, new CallResult.Success<>(critiqueOf(completion), true, Spend.NONE));
    }

    static CritiqueAnswer critiqueOf(String completion) {
        return new CritiqueAnswer(
                "On " + completion,
                List.of(new AspectOpinion("correctness", Opinion.GOOD)),
                CRITIC,
                START.toEpochMilli(),
                70,
                7,
                0.5);
    }

    void tick() {
        pass(Duration.ofMillis(200));
    }

    void pass(Duration time) {
        now = now.plus(time);
        driver.advanceWallClockTime(time);
    }

    List<CritiquedPair> pairsOut() {
        return rawPairsOut().stream()
                .map(r -> (CritiquedPair) avro.deserialize("", r.value()))
                .toList();
    }

    List<CritiquedCompletion> completionsOut() {
        return out(TOPICS.critiquedCompletions().name()).stream()
                .map(r -> (CritiquedCompletion) avro.deserialize("", r.value()))
                .toList();
    }

    List<TestRecord<byte[], byte[]>> rawPairsOut() {
        return out(TOPICS.critiquedPairs().name());
    }

    List<TestRecord<byte[], byte[]>> deadLetters() {
        return out(TOPICS.deadLetters().name());
    }

    /** What came out since the last look. */
    private List<TestRecord<byte[], byte[]>> out(String topic) {
        TestOutputTopic<byte[], byte[]> output =
                driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        return output.readRecordsToList();
    }

    static String header(TestRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Records whose critiques are not there yet. */
    long waiting() {
        return rows("origins-pair") + rows("origins-completion");
    }

    /** Rows of a store; an expiring one has none of its own here. */
    long rows(String store) {
        long rows = 0;
        try (var all = driver.getKeyValueStore(store).all()) {
            while (all.hasNext()) {
                all.next();
                rows++;
            }
        }
        return rows;
    }

    @Override
    public void close() {
        driver.close();
    }

    private StreamObserver observer() {
        return new StreamObserver() {
            @Override
            public void sent(Origin.Kind kind, Duration took) {
                sent.add(kind);
            }

            @Override
            public void deadLetter(DeadLetterReason reason) {
                deadLettersHeard.add(reason);
            }

            @Override
            public void duplicate() {
                duplicates++;
            }

            @Override
            public void late() {
                late++;
            }
        };
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("critique-stream-test");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
