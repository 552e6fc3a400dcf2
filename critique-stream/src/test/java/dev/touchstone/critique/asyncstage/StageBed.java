package dev.touchstone.critique.asyncstage;

import dev.touchstone.critique.state.BoundedCache;
import dev.touchstone.critique.state.JsonSerde;
import dev.touchstone.critique.state.Valve;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** A stage of strings with stores in memory, a clock that the test moves, and calls that the test ends. */
final class StageBed {
    static final TopicPartition INPUT = new TopicPartition("requests", 3);
    static final StageSettings SETTINGS = new StageSettings(
            100,
            3,
            Duration.ofHours(1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(8),
            Duration.ofMillis(100),
            Duration.ofDays(1),
            1_000);

    final MockProcessorContext<String, Answer<String, String>> context = new MockProcessorContext<>();
    final List<StageListener.Event> events = new ArrayList<>();
    final Valve valve = new Valve();
    private final StageSettings settings;
    private final Supplier<CallPool<String, String>> pools;
    private CallPool<String, String> pool;
    private Processor<String, Ask<String, String>, String, Answer<String, String>> processor;
    private long now = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    StageBed(StageSettings settings, AsyncCall<String, String> call) {
        this(settings, Limits.inFlight(4), call);
    }

    StageBed(StageSettings settings, Limits limits, AsyncCall<String, String> call) {
        this.settings = settings;
        Clock clock = new Clock() {
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
                return Instant.ofEpochMilli(now);
            }
        };
        pools = () -> new CallPool<>(call, limits, 1, Runnable::run, clock);
        pool = pools.get();
        context.setCurrentSystemTimeMs(now);
        context.setRecordMetadata(INPUT.topic(), INPUT.partition(), 0);
        for (StoreBuilder<?> builder : List.of(
                Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore("s-pending"),
                        Serdes.String(),
                        JsonSerde.<PendingRow<String>>ofParametric(PendingRow.class, JsonSerde.of(String.class))),
                Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore("s-waiters"),
                        Serdes.String(),
                        JsonSerde.<WaiterRow<String>>ofParametric(WaiterRow.class, JsonSerde.of(String.class))),
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("s-spend"), Serdes.String(), Serdes.Long()),
                BoundedCache.builder(Stores.inMemoryKeyValueStore("s-cache"), JsonSerde.of(String.class)))) {
            StateStore store = builder.withLoggingDisabled().build();
            store.init(context.getStateStoreContext(), store);
            context.addStateStore(store);
        }
        start();
    }

    /** Begins anew on the same stores, as after a crash. */
    void start() {
        AsyncStage<String, String, String> stage = new AsyncStage<>(
                "s",
                settings,
                pool,
                valve,
                events::add,
                new Random(7),
                JsonSerde.of(String.class),
                JsonSerde.of(String.class),
                JsonSerde.of(String.class));
        processor = stage.get();
        processor.init(context);
    }

    /** The whole instance is gone, with its calls. */
    void crash() {
        leave();
        pool = pools.get();
    }

    /** The task goes; the instance stays. */
    void leave() {
        processor.close();
        context.scheduledPunctuators().forEach(CapturedPunctuator::cancel);
    }

    void ask(String content, String waiter) {
        ask(content, waiter, 5, "trace-" + waiter);
    }

    void ask(String content, String waiter, long timestamp, String trace) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", trace.getBytes(StandardCharsets.UTF_8));
        processor.process(new Record<>(
                "hash-" + content,
                new Ask<>(content, "of-" + waiter, waiter, waiter.startsWith("impatient")),
                timestamp,
                headers));
    }

    /** Lets time pass, with a tick at its end. */
    void pass(Duration time) {
        now += time.toMillis();
        context.setCurrentSystemTimeMs(now);
        for (CapturedPunctuator punctuator : List.copyOf(context.scheduledPunctuators())) {
            if (!punctuator.cancelled()) {
                punctuator.getPunctuator().punctuate(now);
            }
        }
    }

    void tick() {
        pass(Duration.ofMillis(100));
    }

    boolean ticks() {
        return context.scheduledPunctuators().stream().anyMatch(p -> !p.cancelled());
    }

    List<Record<? extends String, ? extends Answer<String, String>>> answers() {
        List<Record<? extends String, ? extends Answer<String, String>>> records = new ArrayList<>();
        for (CapturedForward<? extends String, ? extends Answer<String, String>> forward : context.forwarded()) {
            records.add(forward.record());
        }
        return records;
    }

    List<Outcome.Status> statuses() {
        return answers().stream().map(r -> r.value().outcome().status()).toList();
    }

    int pending() {
        return pool.pending();
    }

    int inFlight() {
        return pool.inFlight();
    }
}
