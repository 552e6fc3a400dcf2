package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Confined to one thread. Trainers: along the lineage of every model each record of the log was consumed once, and manifests,
 * ledger, names of versions, dead letters and committed offsets tell the same story.
 */
final class LineageCheck implements Check {
    private final TopicCatalogue topics;
    private final CommittedOffsets committed;
    private final String log;
    private final String ledger;
    private final String checkpoints;
    private final String aliases;
    private final String deadLetters;
    private final ValueReader entries;
    private final ValueReader manifests;
    private final ValueReader names;
    private final ValueReader logReader;
    private final PairLogRecords pairs = new PairLogRecords();
    private final InputLetters letters;

    private final Map<String, ModelRecords> models = new TreeMap<>();
    private final Findings faultsOfRecords = new Findings();

    LineageCheck(TopicCatalogue topics, SchemaSource schemas, CommittedOffsets committed) {
        this.topics = topics;
        this.committed = committed;
        log = topics.critiquedPairs().name();
        ledger = topics.trainingLedger().name();
        checkpoints = topics.checkpoints().name();
        aliases = topics.models().name();
        deadLetters = topics.deadLetters().name();
        entries = new ValueReader(schemas, topics.trainingLedger().value());
        manifests = new ValueReader(schemas, topics.checkpoints().value());
        names = new ValueReader(schemas, topics.models().value());
        logReader = new ValueReader(schemas, topics.critiquedPairs().value());
        letters = new InputLetters(deadLetters, log, Set.of("INVALID"));
    }

    @Override
    public Set<String> topics() {
        return Set.of(log, ledger, checkpoints, aliases, deadLetters);
    }

    @Override
    public void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(log)) {
            pairs.take(record);
            letters.takeInput(record, logReader.read(record.value()).isPresent());
        } else if (record.topic().equals(deadLetters)) {
            letters.takeLetter(record);
        } else if (record.topic().equals(aliases) && record.value() == null) {
            takeAwayName(key(record));
        } else {
            takeRecordOfATrainer(record);
        }
    }

    private void takeRecordOfATrainer(ConsumerRecord<byte[], byte[]> record) {
        String where = Position.of(record).toString();
        Optional<GenericRecord> read = readerOf(record.topic()).read(record.value());
        if (read.isEmpty()) {
            faultsOfRecords.broken(Problem.UNREADABLE_OUTPUT, where);
            return;
        }
        GenericRecord value = read.get();
        String model = Flow.text(value, "modelId");
        ModelRecords ofModel = models.computeIfAbsent(model, first -> new ModelRecords());
        String rightKey;
        if (record.topic().equals(ledger)) {
            rightKey = model;
            ofModel.takeEntry(value);
        } else if (record.topic().equals(checkpoints)) {
            rightKey = model + "/" + Flow.text(value, "versionId");
            ofModel.takeManifest(value);
        } else {
            String alias = Flow.text(value, "alias");
            rightKey = model + "/" + alias;
            ofModel.takeAlias(alias, value);
        }
        if (!key(record).equals(rightKey)) {
            faultsOfRecords.broken(Problem.WRONG_KEY, where);
        }
    }

    private ValueReader readerOf(String topic) {
        if (topic.equals(ledger)) {
            return entries;
        }
        return topic.equals(checkpoints) ? manifests : names;
    }

    private void takeAwayName(String key) {
        models.forEach((model, records) -> {
            String prefix = model + "/";
            if (key.startsWith(prefix)) {
                records.takeAlias(key.substring(prefix.length()), null);
            }
        });
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    @Override
    public void judge(Findings findings, Retained retained) {
        findings.addAll(faultsOfRecords);
        models.forEach((model, records) -> {
            Map<Integer, Long> offsets = committed.of(topics.prefix() + "trainer-" + model, log);
            new LineageJudge(topics, model, records, pairs, findings, retained).judge(offsets);
        });
        letters.judge(findings, retained, this::timesConsumed);
    }

    /** By trainers of all models, and by branches that were given up as well. */
    private long timesConsumed(Position position) {
        return models.values().stream()
                .flatMap(model -> model.ledger().stream())
                .flatMap(entry -> entry.ranges().stream())
                .filter(range -> range.holds(position))
                .count();
    }
}
