package dev.touchstone.benchmarks.process;

import dev.touchstone.testkit.cluster.EmbeddedBroker;
import dev.touchstone.testkit.cluster.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A broker in a process of its own. */
public final class BrokerChild {
    private BrokerChild() {}

    /** Starts one; its greeting is where it listens. */
    public static ChildProcess start(Path folder) {
        return ChildProcess.start(
                BrokerChild.class,
                folder.resolve("broker.log"),
                List.of("-Xmx512m"),
                List.of(folder.resolve("broker").toString()));
    }

    /** The process. */
    public static void main(String[] arguments) throws IOException {
        try (EmbeddedBroker broker = EmbeddedBroker.start(Path.of(arguments[0]), Ports.free())) {
            System.out.println(broker.bootstrapServers());
            while (System.in.read() >= 0) {
                // Nobody asks a broker anything: it ends with its input.
            }
        }
        System.exit(0);
    }
}
