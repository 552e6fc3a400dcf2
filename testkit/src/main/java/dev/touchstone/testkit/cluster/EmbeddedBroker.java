package dev.touchstone.testkit.cluster;

import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. A real single-node KRaft broker in this JVM, on loopback. Data survives a restart on the same folder.
 *
 * <p>A lock of our own guards the folder: a second broker on it would damage the metadata log before Kafka's own lock is
 * taken.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private final FileChannel lock;
    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(FileChannel lock, KafkaRaftServer server, int port) {
        this.lock = lock;
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a broker and returns when it serves.
     *
     * @param data folder of its logs, made where it is missing
     * @param port port for clients
     * @throws UserError if the folder is in use or the port is taken
     */
    public static EmbeddedBroker start(Path data, int port) {
        return start(data, port, null);
    }

    /**
     * The same with a listener that wants TLS, a login and rights.
     *
     * @param secured what it wants; null for a broker that wants nothing
     * @throws UserError if the folder is in use or the port is taken
     */
    public static EmbeddedBroker start(Path data, int port, @Nullable SecuredListener secured) {
        if (!Ports.isFree(port)) {
            throw new UserError("Port " + port + " is in use: stop what listens there, or choose another.");
        }
        FileChannel lock = lock(data);
        try {
            format(data, secured == null ? List.of() : secured.credentials());
            Map<String, String> settings = settings(data, port, secured != null);
            if (secured != null) {
                settings.putAll(secured.broker());
            }
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
            server.startup();
            return new EmbeddedBroker(lock, server, port);
        } catch (Exception e) {
            try {
                lock.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw new IllegalStateException("The broker did not start on " + data, e);
        }
    }

    /** Host and port for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Waits until the broker has stopped, for example by a signal to this process. */
    public void awaitShutdown() {
        server.awaitShutdown();
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileChannel lock(Path data) {
        try {
            Files.createDirectories(data);
            FileChannel channel = FileChannel.open(
                    data.resolveSibling(data.getFileName() + ".lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new UserError("The folder " + data
                        + " is in use by another broker: stop that one, or choose another" + " folder.");
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very JVM
        }
    }

    private static void format(Path data, List<String> credentials) throws Exception {
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(data.toString())
                .setMetadataLogDirectory(data.toString())
                .setControllerListenerName("CONTROLLER")
                .setScramArguments(credentials)
                .run();
    }

    private static Map<String, String> settings(Path data, int port, boolean secured) {
        // The other ports may differ at every start: the voters are static configuration, and nobody else knows the
        // broker.
        List<Integer> free = Ports.free(2);
        int controllerPort = free.get(0);
        String clients = "CLIENTS://127.0.0.1:" + port;
        // A broker talks to itself, too; where clients must log in it does so by a listener of its own.
        String brokers = secured ? ",BROKERS://127.0.0.1:" + free.get(1) : "";
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("listeners", clients + brokers + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", clients + brokers);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", secured ? "BROKERS" : "CLIENTS");
        settings.put(
                "listener.security.protocol.map",
                "CLIENTS:" + (secured ? "SASL_SSL" : "PLAINTEXT") + ",BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("log.dirs", data.toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("group.initial.rebalance.delay.ms", "0");
        for (String internal :
                new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            settings.put(internal + ".replication.factor", "1");
            settings.put(internal + ".num.partitions", "4");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        // After a kill the old registration must expire first: 6 s instead of 9 s. With less, a busy machine fences a
        // living broker.
        settings.put("broker.session.timeout.ms", "6000");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("log.cleaner.dedupe.buffer.size", "2097152");
        settings.put("message.max.bytes", Integer.toString(4 << 20));
        settings.put("replica.fetch.max.bytes", Integer.toString(4 << 20));
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "2");
        settings.put("background.threads", "2");
        return settings;
    }
}
