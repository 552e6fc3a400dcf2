package dev.touchstone.benchmarks.scorer;

import dev.touchstone.benchmarks.process.BrokerChild;
import dev.touchstone.benchmarks.process.ChildProcess;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.testkit.cluster.Folders;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.ProjectHome;
import dev.touchstone.testkit.cluster.RegistryProcess;
import dev.touchstone.testkit.topics.Records;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Not thread-safe. The packaged scorer in a process of its own, with a broker, a registry and untrained built-in models. */
final class ScorerServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int POLL_MS = 20;
    private static final String MODEL = "default";

    private final Path folder;
    private final ChildProcess broker;
    private final RegistryProcess registry;
    private final KafkaSettings kafka;
    private final TopicCatalogue topics = new TopicCatalogue(TopicCatalogue.DEFAULT_PREFIX);
    private final Checkpoint.Written checkpoint;
    private final int port = Ports.free();
    private final URI address = URI.create("http://127.0.0.1:" + port);
    private Process scorer;

    ScorerServer() throws IOException, CheckpointException, InterruptedException {
        folder = Files.createTempDirectory("touchstone-bench");
        broker = BrokerChild.start(folder);
        registry = RegistryProcess.start(Ports.free(), folder.resolve("registry.log"));
        kafka = KafkaSettings.of(Map.of("bootstrap.servers", broker.greeting(), "schema.registry.url", registry.url()));
        TopicAdmin admin = new TopicAdmin(kafka, PATIENCE);
        admin.createMissing(topics);
        admin.registerSchemas(topics);
        checkpoint = publish(1);
        promote(checkpoint);
        scorer = start();
        awaitReady();
    }

    /** How to reach broker and registry. */
    KafkaSettings kafka() {
        return kafka;
    }

    TopicCatalogue topics() {
        return topics;
    }

    /** Writes an untrained model of another seed and publishes its manifest. */
    Checkpoint.Written publish(long seed) throws CheckpointException {
        Checkpoint.Written written;
        try (RewardModelTrainer model = RewardModelTrainer.createBuiltIn(TrainingConfig.defaults(seed))) {
            written = model.checkpoint(folder.resolve("checkpoints"), null, Map.of());
        }
        announce(written);
        return written;
    }

    /** Stops the scorer and starts it again; milliseconds from the start of the process until it is ready. */
    double restart() throws IOException, InterruptedException {
        stop();
        long begun = System.nanoTime();
        scorer = start();
        awaitReady();
        return (System.nanoTime() - begun) / 1e6;
    }

    /** Where it answers. */
    URI address() {
        return address;
    }

    /** The model that it serves. */
    Path checkpoint() {
        return checkpoint.folder();
    }

    /** Processor time that it has taken so far. */
    Duration cpu() {
        return scorer.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private void announce(Checkpoint.Written written) {
        Records.send(
                kafka,
                topics.checkpoints().name(),
                MODEL + "/" + written.versionId(),
                CheckpointManifest.newBuilder()
                        .setModelId(MODEL)
                        .setVersionId(written.versionId())
                        .setUri(written.folder().toUri().toString())
                        .setSha256(written.sha256())
                        .setStep(0)
                        .setOffsets(List.of())
                        .setTrainedPairs(0)
                        .setHeldOutPairs(0)
                        .setCreatedAt(now())
                        .build());
    }

    /** Makes a published model the champion. */
    void promote(Checkpoint.Written written) {
        Records.send(
                kafka,
                topics.models().name(),
                MODEL + "/champion",
                ModelAlias.newBuilder()
                        .setModelId(MODEL)
                        .setAlias("champion")
                        .setVersionId(written.versionId())
                        .setChangedBy("benchmark")
                        .setChangedAt(now())
                        .build());
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    private Process start() throws IOException {
        Path jar = ProjectHome.find().resolve("scorer/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new UserError("The scorer is not built: run mvn -DskipTests package.");
        }
        ProcessBuilder builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"), "-XX:+UseSerialGC", "-jar", jar.toString());
        Map<String, String> environment = builder.environment();
        environment.put("KAFKA_BOOTSTRAP_SERVERS", broker.greeting());
        environment.put("KAFKA_SCHEMA_REGISTRY_URL", registry.url());
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("TOUCHSTONE_HTTP_QUEUE_ITEMS", "4096");
        environment.put("OMP_NUM_THREADS", "1");
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("scorer.log").toFile()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    private void awaitReady() throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ready =
                HttpRequest.newBuilder(address.resolve("/q/health/ready")).build();
        long giveUpAt = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try {
                if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // It does not listen yet.
            }
            if (!scorer.isAlive() || System.nanoTime() > giveUpAt) {
                throw new IllegalStateException("The scorer does not get ready; its log is in " + folder);
            }
            Thread.sleep(POLL_MS);
        }
    }

    private void stop() {
        scorer.destroy();
        try {
            if (!scorer.waitFor(20, TimeUnit.SECONDS)) {
                scorer.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        registry.close();
        broker.close();
        Folders.delete(folder);
    }
}
