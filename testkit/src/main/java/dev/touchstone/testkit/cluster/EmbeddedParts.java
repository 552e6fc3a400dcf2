package dev.touchstone.testkit.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Not thread-safe. A broker in this JVM and a registry in a process of its own. */
final class EmbeddedParts implements ClusterParts {
    private final Path data;
    private final EmbeddedBroker broker;
    private final RegistryProcess registry;

    EmbeddedParts() {
        try {
            data = Files.createTempDirectory("touchstone-cluster");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        broker = EmbeddedBroker.start(data.resolve("broker"), Ports.free());
        registry = RegistryProcess.start(Ports.free(), data.resolve("registry.log"));
    }

    @Override
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    @Override
    public String registryUrl() {
        return registry.url();
    }

    @Override
    public void close() {
        registry.close();
        broker.close();
        Folders.delete(data);
    }
}
