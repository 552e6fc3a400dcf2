package dev.touchstone.testkit.cluster;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.TopicAdmin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Thread-safe. A broker and a registry that the tests of one JVM share; each test takes topics with a prefix of its own. */
public final class TestCluster {
    private static final class Holder {
        static final TestCluster SHARED = new TestCluster();
    }

    private static final String FETCH_WAIT_MS = "50";

    private final EmbeddedBroker broker;
    private final RegistryProcess registry;

    private TestCluster() {
        Path data;
        try {
            data = Files.createTempDirectory("touchstone-cluster");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        broker = EmbeddedBroker.start(data.resolve("broker"), Ports.free());
        registry = RegistryProcess.start(Ports.free(), data.resolve("registry.log"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            registry.close();
            broker.close();
            Folders.delete(data);
        }));
    }

    /** The cluster of this JVM, started by the first call and stopped when the JVM ends. */
    public static TestCluster shared() {
        return Holder.SHARED;
    }

    /** How to reach it. */
    public KafkaSettings settings() {
        return KafkaSettings.of(Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "schema.registry.url", registry.url(),
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
