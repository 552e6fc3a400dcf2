package dev.touchstone.testkit.cluster;

/** A broker and a registry that run, whatever they run in. */
interface ClusterParts extends AutoCloseable {
    /** Host and port for {@code bootstrap.servers}. */
    String bootstrapServers();

    /** Base address of the registry's Confluent-compatible API. */
    String registryUrl();

    /** Stops both; what they kept is gone. */
    @Override
    void close();
}
