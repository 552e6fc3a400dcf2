package dev.touchstone.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidator;
import org.apache.avro.SchemaValidatorBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every version of every topic's value schema that was ever released stands in {@code schemas/history}; the schema of today
 * must be the newest of them, and each must read and be read by all others (FULL_TRANSITIVE).
 */
class SchemaHistoryTest {
    private static final Path HISTORY = Path.of("history");
    private static final SchemaValidator FULL_TRANSITIVE =
            new SchemaValidatorBuilder().mutualReadStrategy().validateAll();

    static Stream<TopicCatalogue.Topic> topicsWithSchema() {
        return new TopicCatalogue(TopicCatalogue.DEFAULT_PREFIX).all().stream().filter(topic -> topic.value() != null);
    }

    @ParameterizedTest
    @MethodSource("topicsWithSchema")
    void shouldBeTheNewestOfItsHistoryWhenASchemaChanges(TopicCatalogue.Topic topic) {
        List<Schema> history = history(topic);
        assertThat(history.get(history.size() - 1))
                .as(
                        "%s changed: add its new text as the next version below schemas/history/%s",
                        topic.value().getFullName(), topic.value().getName())
                .isEqualTo(topic.value());
    }

    @ParameterizedTest
    @MethodSource("topicsWithSchema")
    void shouldReadAndBeReadByEveryVersionWhenASchemaChanges(TopicCatalogue.Topic topic) throws Exception {
        List<Schema> newestFirst = history(topic);
        Collections.reverse(newestFirst);
        FULL_TRANSITIVE.validate(topic.value(), newestFirst);
    }

    @ParameterizedTest
    @MethodSource("topicsWithSchema")
    void shouldRefuseARequiredFieldWhenHistoryLacksIt(TopicCatalogue.Topic topic) {
        List<Schema.Field> fields = new ArrayList<>();
        topic.value().getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("required", Schema.create(Schema.Type.LONG), "no default"));
        Schema changed = Schema.createRecord(
                topic.value().getName(), topic.value().getDoc(), topic.value().getNamespace(), false, fields);
        assertThatThrownBy(() -> FULL_TRANSITIVE.validate(changed, history(topic)))
                .isInstanceOf(SchemaValidationException.class);
    }

    @ParameterizedTest
    @MethodSource("topicsWithSchema")
    void shouldSayWhatItIsWhenARecordOrFieldIsRead(TopicCatalogue.Topic topic) {
        assertDocumented(topic.value());
    }

    private static void assertDocumented(Schema schema) {
        switch (schema.getType()) {
            case RECORD -> {
                assertThat(schema.getDoc()).as(schema.getFullName()).isNotBlank();
                for (Schema.Field field : schema.getFields()) {
                    assertThat(field.doc())
                            .as(schema.getFullName() + "." + field.name())
                            .isNotBlank();
                    assertDocumented(field.schema());
                }
            }
            case ENUM -> {
                assertThat(schema.getDoc()).as(schema.getFullName()).isNotBlank();
                assertThat(schema.getEnumDefault())
                        .as("default symbol of " + schema.getFullName())
                        .isNotNull();
            }
            case ARRAY -> assertDocumented(schema.getElementType());
            case MAP -> assertDocumented(schema.getValueType());
            case UNION -> schema.getTypes().forEach(SchemaHistoryTest::assertDocumented);
            default -> {}
        }
    }

    private static List<Schema> history(TopicCatalogue.Topic topic) {
        Path folder = HISTORY.resolve(topic.value().getName());
        try (Stream<Path> files = Files.list(folder)) {
            List<Schema> versions = new ArrayList<>();
            files.sorted(Comparator.comparingInt(SchemaHistoryTest::version))
                    .forEach(file -> versions.add(parse(file)));
            return versions;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int version(Path file) {
        return Integer.parseInt(file.getFileName().toString().replace(".avsc", ""));
    }

    private static Schema parse(Path file) {
        try {
            return new Schema.Parser().parse(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
