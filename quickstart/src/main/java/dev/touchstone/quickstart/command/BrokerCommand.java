package dev.touchstone.quickstart.command;

import dev.touchstone.testkit.cluster.EmbeddedBroker;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The broker of the embedded stack, as a process of its own. */
@Command(name = "broker", description = "Runs a single-node KRaft broker on loopback until it is stopped.")
public final class BrokerCommand implements Callable<Integer> {
    @Option(names = "--port", required = true, paramLabel = "PORT", description = "Port for clients.")
    private int port;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "Folder of its logs.")
    private Path data = Path.of("");

    @Override
    public Integer call() {
        EmbeddedBroker broker = EmbeddedBroker.start(data.toAbsolutePath(), port);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-shutdown"));
        broker.awaitShutdown();
        return 0;
    }
}
