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
import java.util.concurrent.Callable;
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

    @Override
    public Integer call() {
        if (create) {
            TopicAdmin admin = new TopicAdmin(cluster.settings(System.getenv()), PATIENCE);
            List<String> created = admin.createMissing(cluster.topics());
            admin.registerSchemas(cluster.topics());
            created.forEach(name -> System.out.println("created " + name));
            System.out.println(created.isEmpty() ? "Every topic was there already." : created.size() + " created.");
            return 0;
        }
        System.out.printf("%-26s %-20s %-20s %10s  %s%n", "TOPIC", "KEY", "VALUE", "PARTITIONS", "CLEAN-UP");
        for (Topic topic : cluster.topics().all()) {
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

    /** @throws UserError if a cluster lacks a topic of the catalogue */
    static void requireAll(KafkaSettings settings, TopicCatalogue topics) {
        List<String> missing = new TopicAdmin(settings, PATIENCE).missing(topics);
        if (!missing.isEmpty()) {
            throw new UserError("There is no topic " + missing.get(0) + ": create the topics with ./touchstone topics"
                    + " --create, or name others with --topic-prefix.");
        }
    }
}
