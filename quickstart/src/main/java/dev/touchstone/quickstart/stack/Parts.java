package dev.touchstone.quickstart.stack;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.RegistryProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Not thread-safe, though what it makes is. Says of each part of an embedded stack how it is started and when it serves. */
final class Parts {
    static final String BROKER = "broker";
    static final String REGISTRY = "registry";

    private static final Duration ASK = Duration.ofSeconds(3);

    private final StackPlan plan;
    private final Set<Integer> givenPorts;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(ASK).build();

    Parts(StackPlan plan) {
        this.plan = plan;
        givenPorts = new HashSet<>(List.of(plan.kafkaPort(), plan.registryPort(), plan.httpPort()));
    }

    Part broker() {
        List<String> command = launcher(192, "broker");
        command.addAll(List.of(
                "--port", Integer.toString(plan.kafkaPort()),
                "--data", plan.data().resolve("broker").toString()));
        return new Part(BROKER, command, Map.of(), log(BROKER), this::brokerAnswers);
    }

    Part registry() {
        return new Part(
                REGISTRY,
                RegistryProcess.command(plan.registryPort(), plan.data().resolve("registry")),
                Map.of(),
                log(REGISTRY),
                () -> answers(RegistryProcess.url(plan.registryPort()) + "/subjects"));
    }

    /** The rubric critic on a port of loopback. */
    Part rubricCritic(int port) {
        List<String> command = launcher(96, "rubric-critic");
        command.addAll(List.of("--port", Integer.toString(port)));
        return new Part(
                "rubric-critic",
                command,
                Map.of(),
                log("rubric-critic"),
                () -> answers("http://127.0.0.1:" + port + "/health"));
    }

    /** @param settings further environment variables */
    Part critiqueStream(StackPlan.Critic critic, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("TOUCHSTONE_CRITIC_BASE_URL", critic.url());
        environment.put("TOUCHSTONE_CRITIC_MODEL", critic.model());
        environment.put("TOUCHSTONE_STATE_DIR", plan.data().resolve("streams").toString());
        String key = System.getenv(critic.keyVariable());
        if (key != null) {
            environment.put("TOUCHSTONE_CRITIC_API_KEY", key);
        }
        return service("critique-stream", "critique-stream", 256, freePort(), environment, "/q/health/ready");
    }

    /**
     * A trainer.
     *
     * @param name what it is called, and its log
     * @param settings further environment variables
     */
    Part trainer(String name, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(NativeMemory.environment());
        environment.putAll(settings);
        environment.put(
                "TOUCHSTONE_CHECKPOINT_DIR", plan.data().resolve("checkpoints").toString());
        return service(name, "trainer-consumer", 384, freePort(), environment, "/q/health/ready");
    }

    Part scorer() {
        // Ready only with a model, which comes later; alive is enough to go on.
        return service("scorer", "scorer", 256, plan.httpPort(), NativeMemory.environment(), "/q/health/live");
    }

    /**
     * A scorer of several, which serves when it has a model.
     *
     * @param name what it is called, and its log
     * @param settings further environment variables
     */
    Part scorer(String name, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(NativeMemory.environment());
        environment.putAll(settings);
        return service(name, "scorer", 256, freePort(), environment, "/q/health/ready");
    }

    private Part service(String name, String module, int heapMb, int port, Map<String, String> own, String readyPath) {
        Path jar = plan.home().resolve(module + "/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new UserError("The service " + module + " is not built: run mvn -DskipTests package.");
        }
        List<String> command = java(heapMb);
        command.addAll(List.of("-jar", jar.toString()));
        Map<String, String> environment = new HashMap<>(own);
        environment.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + plan.kafkaPort());
        environment.put("KAFKA_SCHEMA_REGISTRY_URL", RegistryProcess.url(plan.registryPort()));
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        // Several processes share few cores: one native thread each, few arenas of native memory.
        environment.put("OMP_NUM_THREADS", "1");
        environment.putIfAbsent("MALLOC_ARENA_MAX", "2");
        return new Part(name, command, environment, log(name), () -> answers("http://127.0.0.1:" + port + readyPath));
    }

    private List<String> launcher(int heapMb, String subcommand) {
        List<String> command = java(heapMb);
        command.addAll(List.of("-jar", jarOfThisLauncher().toString(), subcommand));
        return command;
    }

    private static List<String> java(int heapMb) {
        return new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx" + heapMb + "m",
                // These processes live shortly or wait most of the time: start fast, stay small.
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                JvmFlags.SMALL_HTTP_BUFFERS));
    }

    private Path jarOfThisLauncher() {
        Path target = plan.home().resolve("quickstart/target");
        try (var files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().matches("quickstart-[0-9].*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException | RuntimeException e) {
            throw new UserError("The launcher is not built: run mvn -DskipTests package.", e);
        }
    }

    /** A free port that is not meant for another part, which may not have taken it yet. */
    int freePort() {
        int port = Ports.free();
        while (!givenPorts.add(port)) {
            port = Ports.free();
        }
        return port;
    }

    private Path log(String name) {
        return plan.data().resolve("logs").resolve(name + ".log");
    }

    private boolean brokerAnswers() {
        if (Ports.isFree(plan.kafkaPort())) {
            return false;
        }
        try {
            new TopicAdmin(plan.settings(), Duration.ofSeconds(5)).missing(plan.topics());
            return true;
        } catch (UserError e) {
            return false;
        }
    }

    private boolean answers(String url) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(ASK).build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
