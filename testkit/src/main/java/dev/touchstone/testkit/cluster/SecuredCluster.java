package dev.touchstone.testkit.cluster;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Not thread-safe. A secured broker of its own beside the registry that the tests of this JVM share. Its one user without all
 * rights is {@value #USER}, which begins with none.
 */
public final class SecuredCluster implements AutoCloseable {
    /** Whose rights are tried. */
    public static final String USER = "service";

    private final SecuredListener listener;
    private final EmbeddedBroker broker;
    private final Path folder;

    private SecuredCluster(SecuredListener listener, EmbeddedBroker broker, Path folder) {
        this.listener = listener;
        this.broker = broker;
        this.folder = folder;
    }

    /** Starts one. */
    public static SecuredCluster start() {
        try {
            Path folder = Files.createTempDirectory("touchstone-secured");
            SecuredListener listener = new SecuredListener(
                    Certificate.in(folder), Map.of(SecuredListener.ADMIN, "admin-secret", USER, "service-secret"));
            EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), Ports.free(), listener);
            return new SecuredCluster(listener, broker, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a user who may do everything reaches it. */
    public KafkaSettings admin() {
        return settings(SecuredListener.ADMIN);
    }

    /** How {@value #USER} reaches it. */
    public KafkaSettings user() {
        return settings(USER);
    }

    /** Creates all topics under a prefix and registers their schemas. */
    public TopicCatalogue topics(String prefix) {
        return TestCluster.topics(admin(), prefix);
    }

    @Override
    public void close() {
        broker.close();
        Folders.delete(folder);
    }

    private KafkaSettings settings(String user) {
        KafkaSettings settings = TestCluster.shared().settings().with("bootstrap.servers", broker.bootstrapServers());
        for (Map.Entry<String, String> property : listener.client(user).entrySet()) {
            settings = settings.with(property.getKey(), property.getValue());
        }
        return settings;
    }
}
