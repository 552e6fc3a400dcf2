package dev.touchstone.critique;

import dev.touchstone.critique.asyncstage.AsyncCall;
import dev.touchstone.critique.asyncstage.CallPool;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.critique.state.Valve;
import dev.touchstone.critique.topology.CritiqueTopology;
import dev.touchstone.critique.topology.Formats;
import dev.touchstone.critique.topology.StreamObserver;
import dev.touchstone.critique.topology.TopologySettings;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.registry.RegistryClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. The service without its shell: {@link #run()} blocks the thread that it is called on until {@link #close()} or
 * a fault that does not heal.
 */
public final class CritiqueStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CritiqueStream.class);
    /** How long the service waits for brokers and topics at its start. */
    public static final Duration TOPICS_PATIENCE = Duration.ofSeconds(60);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);
    /** Stream threads must not wait for the registry longer than a transaction lives, which is 10 s. */
    private static final String REGISTRY_WAIT_MS = "5000";

    private final CritiqueSettings settings;
    private final KafkaSettings kafka;
    private final Duration topicsPatience;
    private final StreamObserver observer;
    private final StageListener listener;
    private final Clock clock;
    private final RandomGenerator random;
    private final ExecutorService dispatcher;
    private final AsyncCall<CritiqueRequest, CritiqueAnswer> critic;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable CallPool<CritiqueRequest, CritiqueAnswer> pool;
    private volatile @Nullable KafkaStreams streams;

    /**
     * @param settings what the service is told
     * @param kafka how to reach Kafka and the registry
     * @param topicsPatience how long brokers and topics are waited for at the start
     * @param critic what is called for critiques
     * @param observer hears of what becomes of records
     * @param listener hears of what becomes of calls
     * @param clock wall-clock
     * @param random for the jitter of pauses
     */
    public CritiqueStream(
            CritiqueSettings settings,
            KafkaSettings kafka,
            Duration topicsPatience,
            AsyncCall<CritiqueRequest, CritiqueAnswer> critic,
            StreamObserver observer,
            StageListener listener,
            Clock clock,
            RandomGenerator random) {
        this.settings = settings;
        this.kafka = kafka.with(RegistryClient.WAIT_MS, REGISTRY_WAIT_MS);
        this.topicsPatience = topicsPatience;
        this.observer = observer;
        this.listener = listener;
        this.clock = clock;
        this.random = random;
        dispatcher = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "critique-dispatch");
            thread.setDaemon(true);
            return thread;
        });
        this.critic = critic;
    }

    /**
     * Waits for the topics, then runs until it is closed.
     *
     * @throws UserError if something is wrong that the user must mend, such as topics that are missing for longer than the patience
     * @throws IllegalStateException if the service died of a fault
     * @throws InterruptedException if the thread is interrupted
     */
    public void run() throws InterruptedException {
        FaultPolicy faults = new FaultPolicy(clock);
        try {
            InputTopics topics = InputTopics.await(kafka, settings.topics(), topicsPatience);
            KafkaStreams running = open(topics);
            running.setUncaughtExceptionHandler(faults);
            running.setStateListener((now, before) -> {
                LOG.info("The stream is {}.", now);
                if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
                    ended.countDown();
                }
            });
            boolean failed;
            try (running) {
                streams = running;
                running.start();
                ended.await();
                failed = running.state() == KafkaStreams.State.ERROR;
                running.close(CLOSE_LIMIT);
            }
            throwIfDead(failed, faults.fatal());
        } finally {
            dispatcher.shutdown();
            stopped.countDown();
        }
    }

    private static void throwIfDead(boolean failed, @Nullable Throwable fatal) {
        if (fatal instanceof UserError mistake) {
            throw mistake;
        }
        if (failed || fatal != null) {
            throw new IllegalStateException("The critique stream died", fatal);
        }
    }

    private KafkaStreams open(InputTopics topics) {
        CallPool<CritiqueRequest, CritiqueAnswer> calls =
                new CallPool<>(critic, settings.limits(), topics.partitions(), dispatcher, clock);
        pool = calls;
        Valve valve = new Valve();
        Properties config = StreamsProperties.of(settings, kafka);
        Topology topology = CritiqueTopology.build(
                topologySettings(topics),
                settings.stage(),
                settings.critic().identity(),
                calls,
                valve,
                Formats.of(kafka),
                observer,
                listener,
                random,
                config);
        try {
            return new KafkaStreams(topology, config, new ValvedClients(valve));
        } catch (ConfigException e) {
            throw new UserError("A Kafka setting is wrong: " + e.getMessage(), e);
        } catch (StreamsException e) {
            throw new UserError(
                    "The state folder " + settings.stateDir()
                            + " cannot be used or is in use by another process: set touchstone.state-dir to one of its"
                            + " own.",
                    e);
        }
    }

    /** Whether records flow. */
    public boolean isRunning() {
        KafkaStreams running = streams;
        return running != null && running.state() == KafkaStreams.State.RUNNING;
    }

    /** Whether it can still run: false once it has ended. */
    public boolean isAlive() {
        return stopped.getCount() > 0;
    }

    /** How the calls go; absent before the topics are there. */
    public Optional<CallPool<?, ?>> calls() {
        return Optional.ofNullable(pool);
    }

    /** Ends {@link #run()} and waits for it. Nothing is lost: what is pending is taken up at the next start. */
    @Override
    public void close() {
        ended.countDown();
        try {
            if (streams != null) {
                stopped.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private TopologySettings topologySettings(InputTopics topics) {
        return new TopologySettings(
                settings.topics(),
                topics.partitions(),
                settings.inputMaxBytes(),
                topics.outputMaxBytes(),
                settings.maxWaiting(),
                settings.idRetention(),
                settings.critic().samples());
    }
}
