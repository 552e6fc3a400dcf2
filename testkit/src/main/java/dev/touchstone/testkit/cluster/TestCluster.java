package dev.touchstone.testkit.cluster;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.TopicAdmin;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Thread-safe. A broker and a registry that the tests of one JVM share; each test takes topics with a prefix of its own. They
 * are of the {@link ClusterKind} that is chosen; tests that use them are annotated with {@link OnTestCluster}.
 */
public final class TestCluster {
    private static final class Holder {
        static final TestCluster SHARED = new TestCluster(
                ClusterKind.chosen() == ClusterKind.CONTAINERS ? ContainerParts.start() : new EmbeddedParts());
    }

    private static final class Hindrance {
        static final Optional<String> OF_CONTAINERS = find();

        private static Optional<String> find() {
            try {
                return ContainerParts.hindrance();
            } catch (NoClassDefFoundError e) {
                return Optional.of("Testcontainers is not on the class path; Maven puts it there if it is given -D"
                        + ClusterKind.PROPERTY + "=containers");
            }
        }
    }

    private static final String FETCH_WAIT_MS = "50";

    private final ClusterParts parts;

    private TestCluster(ClusterParts parts) {
        this.parts = parts;
        Runtime.getRuntime().addShutdownHook(new Thread(parts::close));
    }

    /** The cluster of this JVM, started by the first call and stopped when the JVM ends. */
    public static TestCluster shared() {
        return Holder.SHARED;
    }

    /** Why containers cannot be had, looked up once; empty if they can. */
    static Optional<String> hindrance() {
        return Hindrance.OF_CONTAINERS;
    }

    /** How to reach it. */
    public KafkaSettings settings() {
        return KafkaSettings.of(Map.of(
                "bootstrap.servers", parts.bootstrapServers(),
                "schema.registry.url", parts.registryUrl(),
                // Who reads to an end, or closes, waits for the fetch that is under way: half a second by default.
                "fetch.max.wait.ms", FETCH_WAIT_MS));
    }

    /** Creates all topics under a prefix and registers their schemas. */
    public TopicCatalogue topics(String prefix) {
        return topics(settings(), prefix);
    }

    /** The same on any cluster. */
    static TopicCatalogue topics(KafkaSettings settings, String prefix) {
        TopicCatalogue catalogue = new TopicCatalogue(prefix);
        TopicAdmin admin = new TopicAdmin(settings, Duration.ofSeconds(60));
        admin.createMissing(catalogue);
        admin.registerSchemas(catalogue);
        return catalogue;
    }
}
