package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.TopicAdmin;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists or creates the topics of the catalogue. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description =
                "Lists the topics of the catalogue; with --create, creates those that a cluster lacks and registers"
                        + " their schemas.")
public final class TopicsCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Option(names = "--create", description = "Create the missing topics and register their schemas.")
    private boolean create;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Partitions of the topics that carry pairs, completions and rewards, where they are created"
                    + " (default: 4); the others have one.")
    private @Nullable Integer partitions;

    @Override
    public Integer call() {
        TopicCatalogue topics = cluster.topics(partitions == null ? TopicCatalogue.DEFAULT_PARTITIONS : partitions);
        if (create) {
            TopicAdmin admin = new TopicAdmin(cluster.settings(System.getenv()), PATIENCE);
            List<String> created = admin.createMissing(topics);
            admin.registerSchemas(topics);
            created.forEach(name -> System.out.println("created " + name));
            System.out.println(created.isEmpty() ? "Every topic was there already." : created.size() + " created.");
            if (partitions != null) {
                requirePartitions(topics, admin.partitions(topics));
            }
            return 0;
        }
        System.out.printf("%-26s %-20s %-20s %10s  %s%n", "TOPIC", "KEY", "VALUE", "PARTITIONS", "CLEAN-UP");
        for (Topic topic : topics.all()) {
            System.out.printf(
                    "%-26s %-20s %-20s %10d  %s%n",
                    topic.name(),
                    topic.key(),
                    topic.value() == null ? "original bytes" : topic.value().getName(),
                    topic.partitions(),
                    topic.cleanup().name().toLowerCase(Locale.ROOT));
        }
        return 0;
    }

    /** Whoever asks for a number of partitions must hear that a topic which was there has another. */
    private static void requirePartitions(TopicCatalogue topics, Map<String, Integer> partitions) {
        for (Topic topic : topics.all()) {
            int found = partitions.getOrDefault(topic.name(), topic.partitions());
            if (found != topic.partitions()) {
                throw new UserError(topic.name() + " was there already, with " + found + " partitions and not "
                        + topic.partitions()
                        + ": ask for what is there, or see docs/operations.md#partitions for how to"
                        + " add some.");
            }
        }
    }

    /** @throws UserError if a cluster lacks a topic of the catalogue */
    static void requireAll(KafkaSettings settings, TopicCatalogue topics) {
        List<String> missing = new TopicAdmin(settings, PATIENCE).missing(topics);
        if (!missing.isEmpty()) {
            throw new UserError("There is no topic " + missing.get(0) + ": create the topics with ./touchstone topics"
                    + " --create, or name others with --topic-prefix.");
        }
    }
}
