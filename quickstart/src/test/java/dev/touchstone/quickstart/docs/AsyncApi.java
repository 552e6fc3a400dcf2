package dev.touchstone.quickstart.docs;

import static dev.touchstone.quickstart.docs.Yaml.map;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.EventHeaders;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.testkit.cluster.ProjectHome;
import dev.touchstone.testkit.cluster.Rights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The text of {@code docs/asyncapi.yaml}: topics from the catalogue, schemas from the newest version of their history, who
 * reads and writes from the table of rights in {@code docs/security.md}.
 */
final class AsyncApi {
    private static final String BINDING_VERSION = "0.5.0";
    /** The version of Avro that tools for AsyncAPI know; our schemas need nothing newer. */
    private static final String AVRO = "application/vnd.apache.avro+json;version=1.9.0";

    private static final List<String> SERVICES = List.of("critique-stream", "trainer", "scorer", "page");

    private final TopicCatalogue catalogue = new TopicCatalogue(TopicCatalogue.DEFAULT_PREFIX);

    String text() throws IOException {
        return "# Made from the code: run " + GeneratedFile.COMMAND + ".\n" + Yaml.text(document());
    }

    private Map<String, Object> document() throws IOException {
        Map<String, Object> channels = new LinkedHashMap<>();
        Map<String, Object> messages = new LinkedHashMap<>();
        for (Topic topic : catalogue.all()) {
            channels.put(id(topic), channel(topic));
            messages.put(id(topic), message(topic));
        }
        return map(
                "asyncapi", "3.0.0",
                "info",
                        map(
                                "title",
                                "Touchstone",
                                "version",
                                "1",
                                "description",
                                "The topics of Touchstone. Names begin with `" + catalogue.prefix()
                                        + "` unless touchstone.topic-prefix says otherwise. What is written exactly once is seen so by"
                                        + " readers with isolation.level=read_committed. A producer sends to pairs and completions;"
                                        + " rewards come out of rewards.",
                                "license",
                                map("name", "Apache-2.0", "url", "https://www.apache.org/licenses/LICENSE-2.0")),
                "defaultContentType", "application/avro",
                "servers",
                        map(
                                "kafka",
                                map(
                                        "host",
                                        KafkaSettings.of(Map.of()).bootstrapServers(),
                                        "protocol",
                                        "kafka",
                                        "description",
                                        "The broker of ./touchstone up; KAFKA_BOOTSTRAP_SERVERS says another one.",
                                        "bindings",
                                        map(
                                                "kafka",
                                                map(
                                                        "schemaRegistryUrl",
                                                        String.valueOf(KafkaSettings.of(Map.of())
                                                                .client()
                                                                .get("schema.registry.url")),
                                                        "schemaRegistryVendor",
                                                        "confluent",
                                                        "bindingVersion",
                                                        BINDING_VERSION)))),
                "channels", channels,
                "operations", operations(),
                "components", map("messages", messages));
    }

    private Map<String, Object> channel(Topic topic) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("cleanup.policy", List.of(topic.config().get("cleanup.policy")));
        Stream.of("retention.ms", "max.message.bytes")
                .filter(topic.config()::containsKey)
                .forEach(
                        name -> settings.put(name, Long.parseLong(topic.config().get(name))));
        return map(
                "address", topic.name(),
                "messages", map(id(topic), ref("#/components/messages/" + id(topic))),
                "bindings",
                        map(
                                "kafka",
                                map(
                                        "topic",
                                        topic.name(),
                                        "partitions",
                                        topic.partitions(),
                                        "topicConfiguration",
                                        settings,
                                        "bindingVersion",
                                        BINDING_VERSION)));
    }

    private Map<String, Object> message(Topic topic) throws IOException {
        Schema value = topic.value();
        Map<String, Object> kafka = map("key", map("type", "string", "description", topic.key()));
        if (value == null) {
            kafka.put("bindingVersion", BINDING_VERSION);
            return map(
                    "name", "DeadLetter",
                    "summary", "What could not be processed: key and value as they came, the reason in the headers.",
                    "contentType", "application/octet-stream",
                    "headers", deadLetterHeaders(),
                    "bindings", map("kafka", kafka));
        }
        kafka.putAll(map(
                "schemaIdLocation", "payload",
                "schemaIdPayloadEncoding", "confluent",
                "schemaLookupStrategy", "TopicNameStrategy",
                "bindingVersion", BINDING_VERSION));
        return map(
                "name", value.getName(),
                "summary", value.getDoc(),
                "contentType", "application/avro",
                "headers", eventHeaders(),
                "payload", map("schemaFormat", AVRO, "schema", ref(newest(value))),
                "bindings", map("kafka", kafka));
    }

    private static Map<String, Object> eventHeaders() {
        Map<String, Object> properties = new LinkedHashMap<>();
        Stream.of(
                        "ce_specversion",
                        "ce_id",
                        "ce_source",
                        "ce_type",
                        "ce_time",
                        "content-type",
                        EventHeaders.TRACEPARENT)
                .forEach(name -> properties.put(name, map("type", "string")));
        return map(
                "type", "object",
                "description",
                        "CloudEvents 1.0 in binary mode, and a W3C trace context; set by the services, not asked of producers.",
                "properties", properties);
    }

    private static Map<String, Object> deadLetterHeaders() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put(
                DeadLetters.REASON,
                map(
                        "type",
                        "string",
                        "enum",
                        Arrays.stream(DeadLetterReason.values()).map(Enum::name).toList()));
        Stream.of(
                        DeadLetters.DETAIL,
                        DeadLetters.ATTEMPTS,
                        DeadLetters.SERVICE,
                        DeadLetters.TOPIC,
                        DeadLetters.PARTITION,
                        DeadLetters.OFFSET,
                        DeadLetters.AT)
                .forEach(name -> properties.put(name, map("type", "string")));
        return map("type", "object", "required", List.copyOf(properties.keySet()), "properties", properties);
    }

    private Map<String, Object> operations() {
        Map<String, Object> operations = new LinkedHashMap<>();
        for (String service : SERVICES) {
            for (Topic topic : catalogue.all()) {
                for (Rights.Right right : Rights.of(service, catalogue.prefix()).rights()) {
                    if (right.resource() == ResourceType.TOPIC && right.name().equals(topic.name())) {
                        operation(operations, service, topic, right.operation());
                    }
                }
            }
        }
        return operations;
    }

    private void operation(Map<String, Object> operations, String service, Topic topic, AclOperation right) {
        String action = switch (right) {
            case READ -> "receive";
            case WRITE -> "send";
            default -> "";
        };
        if (!action.isEmpty()) {
            operations.put(
                    service + "." + action + "." + id(topic),
                    map(
                            "action", action,
                            "channel", ref("#/channels/" + id(topic)),
                            "tags", List.of(map("name", service)),
                            "messages", List.of(ref("#/channels/" + id(topic) + "/messages/" + id(topic)))));
        }
    }

    private String id(Topic topic) {
        return topic.name().substring(catalogue.prefix().length());
    }

    private static Map<String, Object> ref(String to) {
        return map("$ref", to);
    }

    /** The file of the newest version in the history, which a test of schemas holds to be the schema of today. */
    private static String newest(Schema schema) throws IOException {
        Path history = ProjectHome.find().resolve("schemas/history").resolve(schema.getName());
        try (Stream<Path> files = Files.list(history)) {
            int version = files.mapToInt(file ->
                            Integer.parseInt(file.getFileName().toString().replace(".avsc", "")))
                    .max()
                    .orElseThrow();
            return "../schemas/history/" + schema.getName() + "/" + version + ".avsc";
        }
    }
}
