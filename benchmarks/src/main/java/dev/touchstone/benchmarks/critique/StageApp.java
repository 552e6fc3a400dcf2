package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.StreamsProperties;
import dev.touchstone.critique.ValvedClients;
import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.Ask;
import dev.touchstone.critique.asyncstage.AsyncCall;
import dev.touchstone.critique.asyncstage.AsyncStage;
import dev.touchstone.critique.asyncstage.CallPool;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.critique.state.JsonSerde;
import dev.touchstone.critique.state.Valve;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** The asynchronous stage between two topics, with the service's own settings of Kafka Streams. */
final class StageApp implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(60);
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private final ExecutorService dispatcher = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "dispatch");
        thread.setDaemon(true);
        return thread;
    });
    private final KafkaStreams streams;

    /**
     * Starts.
     *
     * @param run name of the topics
     * @param settings of the service; its topics are not used
     */
    StageApp(
            String run,
            CritiqueSettings settings,
            KafkaSettings kafka,
            AsyncCall<CritiqueRequest, CritiqueAnswer> call,
            StageListener listener) {
        CallPool<CritiqueRequest, CritiqueAnswer> pool =
                new CallPool<>(call, settings.limits(), Bed.PARTITIONS, dispatcher, Clock.systemUTC());
        Valve valve = new Valve();
        AsyncStage<CritiqueRequest, String, CritiqueAnswer> stage = new AsyncStage<>(
                "critique",
                settings.stage(),
                pool,
                valve,
                listener,
                new Random(1),
                JsonSerde.of(CritiqueRequest.class),
                JsonSerde.of(String.class),
                JsonSerde.of(CritiqueAnswer.class));
        streams =
                new KafkaStreams(topology(run, stage), StreamsProperties.of(settings, kafka), new ValvedClients(valve));
        streams.start();
    }

    /** Asks of the input through a processor to answers of the output. */
    static Topology topology(
            String run,
            ProcessorSupplier<String, Ask<CritiqueRequest, String>, String, Answer<String, CritiqueAnswer>> work) {
        Topology topology = new Topology();
        topology.addSource("input", Serdes.String().deserializer(), Work.ASKS, Bed.input(run));
        topology.addProcessor("work", work, "input");
        topology.addSink("output", Bed.output(run), Serdes.String().serializer(), Work.ANSWERS, "work");
        return topology;
    }

    void awaitRunning() {
        Bed.await("running stream", START_LIMIT, () -> streams.state() == KafkaStreams.State.RUNNING);
    }

    @Override
    public void close() {
        streams.close(CLOSE_LIMIT);
        dispatcher.shutdownNow();
    }
}
