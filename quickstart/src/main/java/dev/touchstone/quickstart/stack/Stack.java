package dev.touchstone.quickstart.stack;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.testkit.cluster.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Thread-safe. The whole system as processes of this machine. Closing it, by whomever, stops every part in order: services
 * first, the broker last. If this very process is killed, a watchdog ends them.
 */
public final class Stack implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    /** More than what the trainer takes for its last checkpoint. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final String TRAINER = "trainer-consumer";

    private final StackPlan plan;
    private final Consumer<String> console;
    private final FileChannel lock;
    private final Watchdog watchdog;
    private final List<SupervisedPart> parts = Collections.synchronizedList(new ArrayList<>());
    private boolean closed;

    private Stack(StackPlan plan, Consumer<String> console, FileChannel lock) {
        this.plan = plan;
        this.console = console;
        this.lock = lock;
        this.watchdog = Watchdog.start();
    }

    /**
     * Takes a folder and the ports, without starting anything yet.
     *
     * @param console takes lines for the user
     * @throws UserError if the folder or a port is in use
     */
    public static Stack prepare(StackPlan plan, Consumer<String> console) {
        FileChannel lock = lock(plan.data());
        try {
            for (int port : List.of(plan.kafkaPort(), plan.registryPort(), plan.httpPort())) {
                if (!Ports.isFree(port)) {
                    throw new UserError("Port " + port + " is in use: stop what listens there, or choose others with"
                            + " --port, --kafka-port and --registry-port.");
                }
            }
            Files.createDirectories(plan.data().resolve("logs"));
            return new Stack(plan, console, lock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UserError e) {
            release(lock);
            throw e;
        }
    }

    /**
     * Starts every part and returns when all serve.
     *
     * @throws PartFailure if a part ends for good or does not serve in time
     */
    public void start() {
        Parts make = new Parts(plan);
        int criticPort = make.freePort();
        StackPlan.Critic critic = plan.critic() != null
                ? plan.critic()
                : new StackPlan.Critic("http://127.0.0.1:" + criticPort + "/v1", "rubric", "");
        List<Part> jars =
                List.of(make.critiqueStream(critic, Map.of()), make.trainer(TRAINER, Map.of()), make.scorer());

        SupervisedPart rubric = plan.critic() == null ? launch(make.rubricCritic(criticPort)) : null;
        startCluster(make);
        if (rubric != null) {
            rubric.awaitReady(PATIENCE);
        }
        List<SupervisedPart> services = jars.stream().map(this::launch).toList();
        services.forEach(service -> service.awaitReady(PATIENCE));
        console.accept(
                "Critique stream, trainer and scorer serve; the page is at http://localhost:" + plan.httpPort() + "/");
    }

    /**
     * Starts broker and registry and creates the topics.
     *
     * @throws PartFailure if a part ends for good or does not serve in time
     */
    public void startCluster() {
        startCluster(new Parts(plan));
    }

    /**
     * Starts the critique stream on a cluster that runs, to be killed.
     *
     * @param critic the LLM to ask
     * @param settings environment variables of the service
     * @throws PartFailure if it ends for good or does not serve in time
     */
    public KillablePart startCritiqueStream(StackPlan.Critic critic, Map<String, String> settings) {
        return killable(new Parts(plan).critiqueStream(critic, settings));
    }

    /**
     * Starts a trainer on a cluster that runs, to be killed.
     *
     * @param name what it is called in lines for the user, and its log
     * @param settings environment variables of the service
     * @throws PartFailure if it ends for good or does not serve in time
     */
    public KillablePart startTrainer(String name, Map<String, String> settings) {
        return killable(new Parts(plan).trainer(name, settings));
    }

    /**
     * Starts a scorer on a cluster that runs, to be killed; it serves when it has a model.
     *
     * @param name what it is called in lines for the user, and its log
     * @param settings environment variables of the service
     * @throws PartFailure if it ends for good or does not serve in time
     */
    public KillablePart startScorer(String name, Map<String, String> settings) {
        return killable(new Parts(plan).scorer(name, settings));
    }

    /** The broker of a cluster that runs, to be stopped for a while. */
    public KillablePart broker() {
        return new KillablePart(launched(Parts.BROKER));
    }

    /** The registry of a cluster that runs, to be stopped for a while. */
    public KillablePart registry() {
        return new KillablePart(launched(Parts.REGISTRY));
    }

    private SupervisedPart launched(String name) {
        return List.copyOf(parts).stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The " + name + " has not been started"));
    }

    private KillablePart killable(Part service) {
        SupervisedPart started = launch(service);
        started.awaitReady(PATIENCE);
        return new KillablePart(started);
    }

    private void startCluster(Parts make) {
        SupervisedPart broker = launch(make.broker());
        SupervisedPart registry = launch(make.registry());
        broker.awaitReady(PATIENCE);
        registry.awaitReady(PATIENCE);
        TopicAdmin admin = new TopicAdmin(plan.settings(), Duration.ofSeconds(60));
        admin.createMissing(plan.topics());
        admin.registerSchemas(plan.topics());
        console.accept("Broker on 127.0.0.1:" + plan.kafkaPort() + " and registry on 127.0.0.1:" + plan.registryPort()
                + " serve.");
    }

    /** @throws PartFailure if a part has ended for good */
    public void throwIfFailed() {
        List.copyOf(parts).forEach(SupervisedPart::throwIfFailed);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<SupervisedPart> reverse = new ArrayList<>(parts);
        Collections.reverse(reverse);
        reverse.forEach(part -> part.stop(GRACE));
        watchdog.close();
        release(lock);
    }

    private SupervisedPart launch(Part part) {
        SupervisedPart supervised = new SupervisedPart(part, watchdog, console);
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("The stack is being stopped");
            }
            parts.add(supervised);
            supervised.start();
        }
        return supervised;
    }

    private static FileChannel lock(Path data) {
        try {
            Files.createDirectories(data.toAbsolutePath().getParent());
            FileChannel channel = FileChannel.open(
                    data.resolveSibling(data.getFileName() + ".stack.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() != null) {
                    return channel;
                }
            } catch (OverlappingFileLockException e) {
                // Held by this very process: in use all the same.
            }
            channel.close();
            throw new UserError("The folder " + data + " is in use by another ./touchstone: stop that one, or choose"
                    + " another folder with --data.");
        } catch (IOException e) {
            throw new UserError("The folder " + data + " cannot be written: choose another with --data.", e);
        }
    }

    private static void release(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
