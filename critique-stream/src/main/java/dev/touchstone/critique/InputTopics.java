package dev.touchstone.critique;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the brokers say of the topics that the service needs. Topics that are missing, and brokers that do not answer, are
 * waited for and then a user's error: creating topics is the operator's decision.
 *
 * @param partitions partitions of the input topic that has the most
 * @param outputMaxBytes largest record that every output topic takes
 */
record InputTopics(int partitions, int outputMaxBytes) {
    private static final Logger LOG = LoggerFactory.getLogger(InputTopics.class);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final int SAY_EVERY = 20;

    /**
     * Waits for the topics.
     *
     * @param patience how long
     * @throws UserError if they are not there by then, or we may not see them
     * @throws InterruptedException if the service is stopped meanwhile
     */
    static InputTopics await(KafkaSettings kafka, TopicCatalogue topics, Duration patience)
            throws InterruptedException {
        Map<String, Object> config = kafka.client();
        config.put("default.api.timeout.ms", Long.toString(ANSWER_LIMIT.toMillis()));
        config.put("request.timeout.ms", Long.toString(ANSWER_LIMIT.toMillis()));
        long giveUpAt = System.nanoTime() + patience.toNanos();
        try (Admin admin = open(kafka, config)) {
            for (int round = 0; ; round++) {
                String trouble;
                try {
                    Map<String, TopicDescription> found = describe(admin, topics);
                    return new InputTopics(partitions(found, topics), outputMaxBytes(admin, topics));
                } catch (AuthenticationException | AuthorizationException e) {
                    throw Refusal.of(e).orElseThrow(() -> e);
                } catch (UnknownTopicOrPartitionException e) {
                    trouble = "The topics " + topics.pairs().name() + " and so on are not all on "
                            + kafka.bootstrapServers() + ": create them with ./touchstone topics --create.";
                } catch (org.apache.kafka.common.errors.TimeoutException e) {
                    trouble = "No Kafka broker answers at " + kafka.bootstrapServers()
                            + ": start one with ./touchstone up, or set KAFKA_BOOTSTRAP_SERVERS; if they are secured,"
                            + " set KAFKA_SECURITY_PROTOCOL too.";
                }
                if (System.nanoTime() > giveUpAt) {
                    throw new UserError(trouble);
                }
                if (round % SAY_EVERY == 1) {
                    LOG.warn("Waiting: {}", trouble);
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        }
    }

    private static Admin open(KafkaSettings kafka, Map<String, Object> config) {
        try {
            return Admin.create(config);
        } catch (KafkaException e) {
            throw new UserError(
                    "The Kafka settings are not usable for " + kafka.bootstrapServers()
                            + ": check KAFKA_BOOTSTRAP_SERVERS and the security settings.",
                    e);
        }
    }

    private static Map<String, TopicDescription> describe(Admin admin, TopicCatalogue topics)
            throws InterruptedException {
        return answer(admin.describeTopics(List.of(
                        topics.pairs().name(),
                        topics.completions().name(),
                        topics.critiquedPairs().name(),
                        topics.critiquedCompletions().name(),
                        topics.deadLetters().name()))
                .allTopicNames());
    }

    private static int partitions(Map<String, TopicDescription> found, TopicCatalogue topics) {
        return List.of(topics.pairs(), topics.completions()).stream()
                .map(Topic::name)
                .map(found::get)
                .mapToInt(topic -> topic == null ? 0 : topic.partitions().size())
                .max()
                .orElseThrow();
    }

    /** Where we may not see a topic's configuration, the catalogue's is taken for it. */
    private static int outputMaxBytes(Admin admin, TopicCatalogue topics) throws InterruptedException {
        Map<String, Integer> limits = new TreeMap<>();
        List<Topic> outputs = List.of(topics.critiquedPairs(), topics.critiquedCompletions());
        outputs.forEach(topic ->
                limits.put(topic.name(), Integer.parseInt(topic.config().getOrDefault(MAX_BYTES, "1048588"))));
        try {
            Map<ConfigResource, Config> found = answer(admin.describeConfigs(outputs.stream()
                            .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
                            .toList())
                    .all());
            found.forEach((topic, config) -> limits.put(
                    topic.name(), Integer.parseInt(config.get(MAX_BYTES).value())));
        } catch (AuthorizationException e) {
            LOG.info("The topics' configurations may not be read; taking the catalogue's limits of size.");
        }
        return limits.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
    }

    private static final String MAX_BYTES = "max.message.bytes";

    private static <T> T answer(KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException(e.getCause());
        }
    }
}
