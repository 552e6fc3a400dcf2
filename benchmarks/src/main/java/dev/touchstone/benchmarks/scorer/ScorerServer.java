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

/** Not thread-safe. The packaged scorer in a process of its own, with a broker, a registry and an untrained built-in model. */
final class ScorerServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String MODEL = "default";

    private final Path folder;
    private final ChildProcess broker;
    private final RegistryProcess registry;
    private final Checkpoint.Written checkpoint;
    private final Process scorer;
    private final URI address;

    ScorerServer() throws IOException, CheckpointException, InterruptedException {
        folder = Files.createTempDirectory("touchstone-bench");
        broker = BrokerChild.start(folder);
        registry = RegistryProcess.start(Ports.free(), folder.resolve("registry.log"));
        KafkaSettings kafka =
                KafkaSettings.of(Map.of("bootstrap.servers", broker.greeting(), "schema.registry.url", registry.url()));
        TopicCatalogue topics = new TopicCatalogue(TopicCatalogue.DEFAULT_PREFIX);
        TopicAdmin admin = new TopicAdmin(kafka, PATIENCE);
        admin.createMissing(topics);
        admin.registerSchemas(topics);
        try (RewardModelTrainer model = RewardModelTrainer.createBuiltIn(TrainingConfig.defaults(1))) {
            checkpoint = model.checkpoint(folder.resolve("checkpoints"), null, Map.of());
        }
        publish(kafka, topics);
        int port = Ports.free();
        address = URI.create("http://127.0.0.1:" + port);
        scorer = start(kafka, port);
        awaitReady();
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

    private void publish(KafkaSettings kafka, TopicCatalogue topics) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Records.send(
                kafka,
                topics.checkpoints().name(),
                MODEL + "/" + checkpoint.versionId(),
                CheckpointManifest.newBuilder()
                        .setModelId(MODEL)
                        .setVersionId(checkpoint.versionId())
                        .setUri(checkpoint.folder().toUri().toString())
                        .setSha256(checkpoint.sha256())
                        .setStep(0)
                        .setOffsets(List.of())
                        .setTrainedPairs(0)
                        .setHeldOutPairs(0)
                        .setCreatedAt(now)
                        .build());
        Records.send(
                kafka,
                topics.models().name(),
                MODEL + "/champion",
                ModelAlias.newBuilder()
                        .setModelId(MODEL)
                        .setAlias("champion")
                        .setVersionId(checkpoint.versionId())
                        .setChangedBy("benchmark")
                        .setChangedAt(now)
                        .build());
    }

    private Process start(KafkaSettings kafka, int port) throws IOException {
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
                .redirectOutput(folder.resolve("scorer.log").toFile())
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
            Thread.sleep(100);
        }
    }

    @Override
    public void close() {
        scorer.destroy();
        try {
            if (!scorer.waitFor(20, TimeUnit.SECONDS)) {
                scorer.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        registry.close();
        broker.close();
        Folders.delete(folder);
    }
}
