package dev.touchstone.quickstart.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.producers.cli.KafkaOptions;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.kafka.TopicAdmin;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.Reward;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints rewards as JSON lines. */
@Command(
        name = "rewards",
        mixinStandardHelpOptions = true,
        description = "Prints rewards as JSON lines: the newest " + RewardsCommand.NEWEST
                + ", or all with --from-beginning; with --follow, goes on with those that come.")
public final class RewardsCommand implements Callable<Integer> {
    static final int NEWEST = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin
    private KafkaOptions cluster = new KafkaOptions();

    @Option(names = "--from-beginning", description = "Begin with the oldest reward that the topic has.")
    private boolean fromBeginning;

    @Option(names = "--follow", description = "Go on with rewards that come, until Ctrl-C.")
    private boolean follow;

    @Override
    public Integer call() {
        KafkaSettings settings = cluster.settings(System.getenv());
        String topic = cluster.topics().rewards().name();
        if (new TopicAdmin(settings, Duration.ofSeconds(10))
                .missing(cluster.topics())
                .contains(topic)) {
            throw new UserError("There is no topic " + topic + ": create it with ./touchstone topics --create.");
        }
        RecordDecoder<Reward> decoder = settings.decoder(Reward.class);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.byteConsumer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> newest = new ArrayList<>();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (fromBeginning) {
                        print(decoder, record);
                    } else {
                        newest.add(record);
                        if (newest.size() > 50 * NEWEST) {
                            keepNewest(newest);
                        }
                    }
                }
            }
            keepNewest(newest);
            newest.forEach(record -> print(decoder, record));
            while (follow) {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> print(decoder, record));
            }
        }
        return 0;
    }

    private static void keepNewest(List<ConsumerRecord<byte[], byte[]>> records) {
        records.sort(Comparator.comparingLong(ConsumerRecord::timestamp));
        records.subList(0, Math.max(0, records.size() - NEWEST)).clear();
    }

    private static void print(RecordDecoder<Reward> decoder, ConsumerRecord<byte[], byte[]> record) {
        Decoded<Reward> decoded = decoder.decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Valid<Reward> valid) {
            System.out.println(json(valid.value()));
        } else if (decoded instanceof Decoded.Undecodable<Reward> bad) {
            System.err.println("Partition " + record.partition() + ", offset " + record.offset() + ": " + bad.reason());
        }
    }

    static String json(Reward reward) {
        ObjectNode line = JSON.createObjectNode();
        line.put("completionId", reward.getCompletionId().toString());
        line.put("status", reward.getStatus().name());
        line.put("reason", reward.getReason());
        line.put("logit", reward.getLogit());
        line.put("value", reward.getValue());
        line.put("uncertainty", reward.getUncertainty());
        line.put("modelId", reward.getModelId());
        line.put("modelVersion", reward.getModelVersion());
        line.put("modelSha256", reward.getModelSha256());
        Critique critique = reward.getCritique();
        line.put("critique", critique == null ? null : critique.getText());
        line.put("criticModel", critique == null ? null : critique.getCriticModel());
        line.put("critiqueStatus", reward.getCritiqueStatus().name());
        line.put("policyVersion", reward.getPolicyVersion());
        line.put("groupId", reward.getGroupId());
        line.put("source", reward.getSource());
        line.put("scoredAt", reward.getScoredAt().toString());
        line.set("attributes", JSON.valueToTree(reward.getAttributes()));
        return line.toString();
    }
}
