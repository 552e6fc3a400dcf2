package dev.touchstone.testkit.cluster;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** Not thread-safe. A broker and a registry in containers. No other class knows Testcontainers. */
final class ContainerParts implements ClusterParts {
    private static final int REGISTRY_PORT = 8080;
    private static final String REGISTRY_API = "/apis/ccompat/v7";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final int PULL_MINUTES = 10;
    /** As the embedded broker has them. */
    private static final Map<String, String> BROKER = Map.of(
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0",
            "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "4",
            "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "4",
            "KAFKA_MESSAGE_MAX_BYTES", Integer.toString(4 << 20),
            "KAFKA_REPLICA_FETCH_MAX_BYTES", Integer.toString(4 << 20));

    private final KafkaContainer broker = new KafkaContainer(
                    DockerImageName.parse(ContainerImage.KAFKA.chosen()).asCompatibleSubstituteFor("apache/kafka"))
            .withEnv(BROKER)
            .withStartupTimeout(START_LIMIT);
    private final GenericContainer<?> registry = new GenericContainer<>(
                    DockerImageName.parse(ContainerImage.REGISTRY.chosen()))
            .withExposedPorts(REGISTRY_PORT)
            .waitingFor(Wait.forHttp(REGISTRY_API + "/subjects").withStartupTimeout(START_LIMIT));

    private ContainerParts() {
        broker.start();
        registry.start();
    }

    /** Starts both. */
    static ContainerParts start() {
        return withOwnLoader(ContainerParts::new);
    }

    /** Why containers cannot be had on this machine; empty if they can. Pulls the images that are not here. */
    static Optional<String> hindrance() {
        return withOwnLoader(ContainerParts::lookForHindrance);
    }

    /** Testcontainers finds its own parts by the thread's class loader, which in a test of Quarkus is not the one of tests. */
    private static <T> T withOwnLoader(Supplier<T> action) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ContainerParts.class.getClassLoader());
        try {
            return action.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Optional<String> lookForHindrance() {
        try {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return Optional.of("no Docker engine answers");
            }
            DockerClient docker = DockerClientFactory.lazyClient();
            for (ContainerImage image : ContainerImage.values()) {
                if (!has(docker, image.chosen())) {
                    pull(docker, image.chosen());
                }
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("the wait for an image was interrupted");
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static boolean has(DockerClient docker, String image) {
        try {
            docker.inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    /** Once: Testcontainers' own pull tries for minutes where no registry of images can be reached, and fails then. */
    private static void pull(DockerClient docker, String image) throws InterruptedException {
        String failed = "the image " + image + " is not here and cannot be pulled";
        try {
            if (!docker.pullImageCmd(image).start().awaitCompletion(PULL_MINUTES, TimeUnit.MINUTES)
                    || !has(docker, image)) {
                throw new IllegalStateException(failed);
            }
        } catch (DockerException | DockerClientException e) {
            throw new IllegalStateException(failed + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String bootstrapServers() {
        return broker.getBootstrapServers();
    }

    @Override
    public String registryUrl() {
        return "http://" + registry.getHost() + ":" + registry.getMappedPort(REGISTRY_PORT) + REGISTRY_API;
    }

    @Override
    public void close() {
        registry.stop();
        broker.stop();
    }
}
