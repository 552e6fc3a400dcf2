package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.quickstart.models.ModelBook;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model is meant, where it is, and where a report goes. */
final class ModelOptions {
    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Option(
            names = "--model",
            paramLabel = "ID",
            defaultValue = "${env:TOUCHSTONE_MODEL_ID:-default}",
            description = "The model (default: TOUCHSTONE_MODEL_ID, else default).")
    private String model = "default";

    @Option(names = "--json", paramLabel = "FILE", description = "Write what is reported to a file, as JSON.")
    private @Nullable Path json;

    /** Made by picocli, which fills in the fields. */
    ModelOptions() {}

    String model() {
        return model;
    }

    Optional<Path> json() {
        return Optional.ofNullable(json);
    }

    TopicCatalogue topics() {
        return cluster.topics();
    }

    /** How to reach the brokers, which have the topics. */
    KafkaSettings settings() {
        KafkaSettings settings = cluster.settings(System.getenv());
        TopicsCommand.requireAll(settings, topics());
        return settings;
    }

    /** The model's versions, of which there is one at least. */
    ModelBook book(KafkaSettings settings) {
        ModelBook book = ModelBook.read(settings, topics(), model);
        if (book.versions().isEmpty()) {
            throw new UserError("There is no version of a model " + model + " on "
                    + topics().checkpoints().name() + ": name another with --model, or wait for its first checkpoint.");
        }
        return book;
    }
}
