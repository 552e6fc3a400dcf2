package dev.touchstone.critique.topology;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.Ask;
import dev.touchstone.critique.asyncstage.AsyncStage;
import dev.touchstone.critique.asyncstage.CallPool;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.asyncstage.StageSettings;
import dev.touchstone.critique.critic.CriticIdentity;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.critique.state.JsonSerde;
import dev.touchstone.critique.state.Valve;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;

/**
 * The wiring. Every name is given, so that a change in one place does not rename the stores and topics of another:
 *
 * <pre>
 * pairs, completions -> intake -> requests (by content hash) -> critique stage -> results (by the origin's partition) -> join
 *                          |                                                                                              |
 *                          +------------------> dead-letters, critiqued-completions, critiqued-pairs <--------------------+
 * </pre>
 *
 * <p>Intake and join share the stores of the origins, hence one task; the stage is a sub-topology of its own.
 */
public final class CritiqueTopology {
    private static final String INTAKE = "intake";
    private static final String JOIN = "join";
    private static final String REQUESTS = "requests";
    private static final String RESULTS = "results";
    private static final String STAGE = "critique";
    /** The node that Kafka Streams puts before the sink of a repartition topic. */
    private static final String REQUESTS_NODE = REQUESTS + "-repartition-filter";

    /** What goes into the stage and what comes out, on internal topics and in stores. */
    private static final JsonSerde<Ask<CritiqueRequest, OriginRef>> ASKS = JsonSerde.of(new TypeReference<>() {});

    private static final JsonSerde<Answer<OriginRef, CritiqueAnswer>> ANSWERS = JsonSerde.of(new TypeReference<>() {});

    private CritiqueTopology() {}

    /**
     * Builds the topology.
     *
     * @param settings names and limits
     * @param stage limits of the calls
     * @param critic which critic new requests are meant for
     * @param pool slots for calls
     * @param valve shuts input partitions while too much is under way
     * @param formats how values are read and written
     * @param observer hears of what becomes of records
     * @param listener hears of what becomes of calls
     * @param random for the jitter of pauses
     * @param config of Kafka Streams
     */
    public static Topology build(
            TopologySettings settings,
            StageSettings stage,
            CriticIdentity critic,
            CallPool<CritiqueRequest, CritiqueAnswer> pool,
            Valve valve,
            Formats formats,
            StreamObserver observer,
            StageListener listener,
            RandomGenerator random,
            Properties config) {
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(config)));
        OriginStores.builders(settings.idRetention()).forEach(builder::addStateStore);

        KStream<String, Ask<CritiqueRequest, OriginRef>> asks = builder.stream(
                        List.of(
                                settings.topics().pairs().name(),
                                settings.topics().completions().name()),
                        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                                .withTimestampExtractor((record, partitionTime) -> saneTimestamp(record.timestamp()))
                                .withName("input"))
                .process(
                        () -> new IntakeProcessor(settings, critic, formats, observer, valve, REQUESTS_NODE),
                        Named.as(INTAKE),
                        OriginStores.names());

        KStream<String, Answer<OriginRef, CritiqueAnswer>> answers = asks.repartition(
                        Repartitioned.with(Serdes.String(), ASKS)
                                .withName(REQUESTS)
                                .withNumberOfPartitions(settings.partitions()))
                .process(
                        new AsyncStage<>(
                                STAGE,
                                stage,
                                pool,
                                valve,
                                listener,
                                random,
                                JsonSerde.of(CritiqueRequest.class),
                                JsonSerde.of(OriginRef.class),
                                JsonSerde.of(CritiqueAnswer.class)),
                        Named.as(STAGE));

        answers.repartition(Repartitioned.with(Serdes.String(), ANSWERS)
                        .withName(RESULTS)
                        .withNumberOfPartitions(settings.partitions())
                        .withStreamPartitioner((topic, key, answer, partitions) ->
                                Optional.of(Set.of(answer.waiter().partition()))))
                .process(() -> new JoinProcessor(settings, formats, observer), Named.as(JOIN), OriginStores.names());

        Topology topology = builder.build(config);
        sink(
                topology,
                Outlets.CRITIQUED_PAIRS,
                settings.topics().critiquedPairs().name(),
                JOIN);
        sink(
                topology,
                Outlets.CRITIQUED_COMPLETIONS,
                settings.topics().critiquedCompletions().name(),
                INTAKE,
                JOIN);
        sink(topology, Outlets.DEAD_LETTERS, settings.topics().deadLetters().name(), INTAKE, JOIN);
        return topology;
    }

    private static void sink(Topology topology, String name, String topic, String... parents) {
        topology.addSink(name, topic, new ByteArraySerializer(), new ByteArraySerializer(), parents);
    }

    /** A timestamp that is absent or lies in the future is now: brokers refuse such records on internal topics. */
    private static long saneTimestamp(long timestamp) {
        long now = System.currentTimeMillis();
        return timestamp < 0 || timestamp > now ? now : timestamp;
    }
}
