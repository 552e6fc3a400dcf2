package dev.touchstone.schemas.kafka;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.registry.RegistryClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topics of the catalogue and registers their schemas. */
public final class TopicAdmin {
    private static final long LISTED_EVERY_MS = 50;

    private final KafkaSettings settings;
    private final Duration patience;

    /**
     * @param settings how to reach the brokers and the registry
     * @param patience how long to wait for an answer of the brokers before that is the user's error
     */
    public TopicAdmin(KafkaSettings settings, Duration patience) {
        this.settings = settings;
        this.patience = patience;
    }

    /**
     * Creates what is missing; topics that exist stay as they are. When this returns the brokers list them all: a broker hears
     * of a new topic a little later than the controller has made it.
     *
     * @return the names of the topics that were created, in the catalogue's order
     * @throws UserError if no broker can be reached, or the brokers refuse
     */
    public List<String> createMissing(TopicCatalogue catalogue) {
        try (Admin admin = open()) {
            Set<String> existing = answer(admin.listTopics().names());
            List<String> created = new ArrayList<>();
            for (Topic topic : catalogue.all()) {
                if (!existing.contains(topic.name()) && create(admin, topic)) {
                    created.add(topic.name());
                }
            }
            awaitListed(admin, created);
            return created;
        }
    }

    /** Registers every topic's value schema and sets its subject to FULL_TRANSITIVE. */
    public void registerSchemas(TopicCatalogue catalogue) {
        RegistryClient registry = new RegistryClient(settings.client());
        for (Topic topic : catalogue.all()) {
            if (topic.value() != null) {
                String subject = topic.name() + "-value";
                registry.id(subject, topic.value(), true);
                registry.setCompatibility(subject, "FULL_TRANSITIVE");
            }
        }
    }

    /**
     * The catalogue's topics that do not exist, by name. Brokers do not tell a user of topics that it may not describe.
     *
     * @throws UserError if no broker can be reached, or the brokers refuse
     */
    public List<String> missing(TopicCatalogue catalogue) {
        try (Admin admin = open()) {
            Set<String> existing = answer(admin.listTopics().names());
            return catalogue.all().stream()
                    .map(Topic::name)
                    .filter(name -> !existing.contains(name))
                    .toList();
        }
    }

    /**
     * How many partitions the catalogue's topics have in truth, by name; those that do not exist are left out.
     *
     * @throws UserError if no broker can be reached, or the brokers refuse
     */
    public Map<String, Integer> partitions(TopicCatalogue catalogue) {
        try (Admin admin = open()) {
            Set<String> existing = answer(admin.listTopics().names());
            List<String> names = catalogue.all().stream()
                    .map(Topic::name)
                    .filter(existing::contains)
                    .toList();
            Map<String, Integer> partitions = new TreeMap<>();
            answer(admin.describeTopics(names).allTopicNames())
                    .forEach((name, topic) ->
                            partitions.put(name, topic.partitions().size()));
            return partitions;
        }
    }

    private void awaitListed(Admin admin, List<String> created) {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        while (!answer(admin.listTopics().names()).containsAll(created)) {
            if (System.nanoTime() > giveUpAt) {
                throw new KafkaException("The broker has made topics and does not list them.");
            }
            try {
                Thread.sleep(LISTED_EVERY_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KafkaException(e);
            }
        }
    }

    private boolean create(Admin admin, Topic topic) {
        NewTopic request = new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty());
        try {
            answer(admin.createTopics(List.of(request.configs(topic.config()))).all());
            return true;
        } catch (TopicExistsException e) {
            return false; // somebody else was faster
        }
    }

    private Admin open() {
        Map<String, Object> config = settings.client();
        config.put("default.api.timeout.ms", Long.toString(patience.toMillis()));
        config.put("request.timeout.ms", Long.toString(patience.toMillis()));
        try {
            return Admin.create(config);
        } catch (KafkaException e) {
            throw unusable(e);
        }
    }

    private <T> T answer(org.apache.kafka.common.KafkaFuture<T> future) {
        try {
            return future.get(patience.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw unreachable(e);
            }
            Optional<UserError> refusal = Refusal.of(e);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException(e.getCause());
        } catch (TimeoutException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException(e);
        }
    }

    private UserError unreachable(Throwable cause) {
        return new UserError(
                "No Kafka broker answers at " + settings.bootstrapServers()
                        + ": start one with ./touchstone up, or set KAFKA_BOOTSTRAP_SERVERS; if they are secured, set"
                        + " KAFKA_SECURITY_PROTOCOL too.",
                cause);
    }

    /** Only Kafka's own sentences are repeated: others may hold a piece of a password. */
    private UserError unusable(KafkaException error) {
        String reason = "";
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof KafkaException) {
                reason = String.valueOf(cause.getMessage());
            }
        }
        return new UserError(
                "The Kafka settings cannot be used for " + settings.bootstrapServers() + " (" + reason
                        + "): check KAFKA_BOOTSTRAP_SERVERS, KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_* and KAFKA_SSL_*.",
                error);
    }
}
