package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Confined to one thread. One flow of the critique stream: every readable record that obeys the rules comes out once under
 * its id, or is one dead letter where the flow allows that; every other record is one dead letter; nothing else comes out.
 *
 * <p>The same record sent again under its id leaves no trace, and dead letters are per position, as a record that died may be
 * sent again. So an input is accounted for by a dead letter of its position, by an output of its id, or by a dead letter of
 * an equal record with its id, whose repetition it was.
 */
final class CritiqueCheck implements Check {
    private static final String UNDECODABLE = "UNDECODABLE";
    private static final String INVALID = "INVALID";
    private static final String OVERSIZED = "OVERSIZED";
    private static final String ID_CONFLICT = "ID_CONFLICT";

    private final Flow flow;
    private final String input;
    private final String output;
    private final String deadLetters;
    private final ValueReader inputs;
    private final ValueReader outputs;

    private final Map<Position, Input> byPosition = new LinkedHashMap<>();
    private final Map<UUID, List<Input>> byId = new LinkedHashMap<>();
    private final Map<UUID, Output> out = new LinkedHashMap<>();
    private final Map<Position, List<DeadLetter>> letters = new LinkedHashMap<>();
    private final Map<String, Long> outcomes = new HashMap<>();
    private final Findings faultsOfOutputs = new Findings();

    /**
     * What is kept of a record that came in.
     *
     * @param id its id; null if it cannot be read
     * @param obeys whether it can be read and obeys the rules
     * @param content what makes it the same as another with its id
     * @param whole of the whole record
     */
    private record Input(
            Position position,
            @Nullable UUID id,
            boolean obeys,
            @Nullable Fingerprint content,
            @Nullable Fingerprint whole,
            Fingerprint bytes,
            Fingerprint headers,
            long timestamp) {}

    /** What is kept of the outputs of one id: the first, and how many there are. */
    private record Output(Fingerprint original, long number) {}

    CritiqueCheck(Flow flow, TopicCatalogue topics, SchemaSource schemas) {
        this.flow = flow;
        input = flow.input().name();
        output = flow.output().name();
        deadLetters = topics.deadLetters().name();
        inputs = new ValueReader(schemas, flow.input().value());
        outputs = new ValueReader(schemas, flow.output().value());
    }

    @Override
    public Set<String> topics() {
        return Set.of(input, output, deadLetters);
    }

    @Override
    public void take(ConsumerRecord<byte[], byte[]> record) {
        Position position = Position.of(record);
        if (record.topic().equals(input)) {
            takeInput(record, position);
        } else if (record.topic().equals(output)) {
            takeOutput(record, position);
        } else {
            DeadLetter.of(record)
                    .filter(letter -> letter.source().topic().equals(input))
                    .ifPresent(letter -> letters.computeIfAbsent(letter.source(), first -> new ArrayList<>(1))
                            .add(letter));
        }
    }

    private void takeInput(ConsumerRecord<byte[], byte[]> record, Position position) {
        Optional<GenericRecord> value = inputs.read(record.value());
        Optional<UUID> id = value.flatMap(this::id);
        boolean obeys = id.isPresent() && !value.map(flow::breaksARule).orElse(true);
        Input seen = new Input(
                position,
                id.orElse(null),
                obeys,
                obeys ? value.map(flow::content).orElse(null) : null,
                obeys ? value.map(Fingerprint::of).orElse(null) : null,
                DeadLetter.bytes(record),
                DeadLetter.headers(record.headers()),
                record.timestamp());
        byPosition.put(position, seen);
        id.ifPresent(known ->
                byId.computeIfAbsent(known, first -> new ArrayList<>(1)).add(seen));
    }

    private void takeOutput(ConsumerRecord<byte[], byte[]> record, Position position) {
        Optional<GenericRecord> value = outputs.read(record.value());
        Optional<GenericRecord> original = value.map(found -> (GenericRecord) found.get(flow.originalField()));
        Optional<UUID> id = original.flatMap(this::id);
        if (value.isEmpty() || original.isEmpty() || id.isEmpty()) {
            faultsOfOutputs.broken(Problem.UNREADABLE_OUTPUT, position.toString());
            return;
        }
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        if (!key.equals(id.get().toString())) {
            faultsOfOutputs.broken(Problem.WRONG_KEY, position.toString());
        }
        if (!flow.hasItsCritiques(value.get())) {
            faultsOfOutputs.broken(Problem.BAD_CRITIQUE, position.toString());
        }
        outcomes.merge(flow.outcome(value.get()), 1L, Long::sum);
        out.merge(
                id.get(),
                new Output(Fingerprint.of(original.get()), 1),
                (first, next) -> new Output(first.original(), first.number() + 1));
    }

    private Optional<UUID> id(GenericRecord record) {
        try {
            return Optional.of(UUID.fromString(Flow.text(record, flow.idField())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public void judge(Findings findings, Retained retained) {
        findings.addAll(faultsOfOutputs);
        byPosition.values().forEach(record -> judgeLetters(record, findings, retained));
        byId.forEach((id, records) -> judgeOutput(id, records, findings, retained));
        judgeStrangers(findings, retained);
        count(findings);
    }

    private List<DeadLetter> lettersOf(Input record) {
        return letters.getOrDefault(record.position(), List.of());
    }

    private void judgeLetters(Input record, Findings findings, Retained retained) {
        List<DeadLetter> dead = lettersOf(record);
        String where = record.position().toString();
        if (dead.isEmpty() && !record.obeys()) {
            findings.brokenUnless(
                    retained.mayLack(deadLetters, record.timestamp()),
                    "dead letters that were deleted",
                    Problem.MISSING_DEAD_LETTER,
                    where);
        }
        if (dead.size() > 1) {
            findings.broken(Problem.DOUBLE_DEAD_LETTER, where);
        }
        for (DeadLetter letter : dead) {
            if (!letter.bytes().equals(record.bytes())) {
                findings.broken(Problem.ALTERED_DEAD_LETTER, where);
            }
            if (!letter.headers().equals(record.headers())) {
                findings.broken(Problem.ALTERED_HEADERS, where);
            }
            if (!mayDieOf(letter.reason(), record)) {
                findings.brokenUnless(
                        letter.reason().equals(ID_CONFLICT) && !retained.whole(input),
                        "ids whose first record was deleted",
                        Problem.WRONG_REASON,
                        where);
            }
        }
    }

    /** What is too large is not known here: the limit is the service's own. */
    private boolean mayDieOf(String reason, Input record) {
        if (reason.equals(OVERSIZED)) {
            return true;
        }
        if (record.id() == null) {
            return reason.equals(UNDECODABLE);
        }
        if (!record.obeys()) {
            return reason.equals(INVALID);
        }
        if (reason.equals(ID_CONFLICT)) {
            return byId.getOrDefault(record.id(), List.of()).stream()
                    .anyMatch(other -> other.obeys() && !isSame(other, record));
        }
        return flow.reasonsOfTheCritic().contains(reason);
    }

    private void judgeOutput(UUID id, List<Input> records, Findings findings, Retained retained) {
        List<Input> alive = records.stream()
                .filter(record -> record.obeys() && lettersOf(record).isEmpty())
                .toList();
        Output outputOfId = out.get(id);
        if (outputOfId == null) {
            alive.stream()
                    .filter(record -> !repeatsADead(record, records))
                    .findFirst()
                    .ifPresent(record -> findings.brokenUnless(
                            retained.mayLack(output, record.timestamp()),
                            "outputs that were deleted",
                            Problem.MISSING_OUTPUT,
                            id.toString()));
            return;
        }
        if (outputOfId.number() > 1) {
            findings.broken(Problem.DOUBLE_OUTPUT, id.toString());
        }
        boolean mayBeOfADeleted = !retained.whole(input);
        String excuse = "outputs of inputs that were deleted";
        if (records.stream().noneMatch(Input::obeys)) {
            findings.brokenUnless(mayBeOfADeleted, excuse, Problem.EXTRA_OUTPUT, id.toString());
        } else if (alive.isEmpty()) {
            findings.brokenUnless(mayBeOfADeleted, excuse, Problem.OUTPUT_AND_DEAD_LETTER, id.toString());
        } else if (alive.stream().noneMatch(record -> outputOfId.original().equals(record.whole()))) {
            findings.brokenUnless(mayBeOfADeleted, excuse, Problem.ALTERED_OUTPUT, id.toString());
        }
    }

    /** Whether an equal record with the same id died: then this one was dropped while that one was under way. */
    private boolean repeatsADead(Input record, List<Input> records) {
        return records.stream()
                .anyMatch(other -> other.obeys()
                        && isSame(other, record)
                        && !lettersOf(other).isEmpty());
    }

    private static boolean isSame(Input one, Input other) {
        return one.content() != null && one.content().equals(other.content());
    }

    /** What came out although nothing came in. */
    private void judgeStrangers(Findings findings, Retained retained) {
        for (UUID id : out.keySet()) {
            if (!byId.containsKey(id)) {
                findings.brokenUnless(
                        !retained.whole(input),
                        "outputs of inputs that were deleted",
                        Problem.EXTRA_OUTPUT,
                        id.toString());
            }
        }
        for (Position source : letters.keySet()) {
            if (!byPosition.containsKey(source)) {
                findings.brokenUnless(
                        retained.deleted(source),
                        "dead letters of inputs that were deleted",
                        Problem.EXTRA_DEAD_LETTER,
                        source.toString());
            }
        }
    }

    private void count(Findings findings) {
        long unreadable = byPosition.values().stream()
                .filter(record -> record.id() == null)
                .count();
        long obedient = byPosition.values().stream().filter(Input::obeys).count();
        findings.count(input, "undecodable", unreadable);
        findings.count(input, "breaking a rule", byPosition.size() - unreadable - obedient);
        findings.count(input, "valid", obedient);
        findings.count(input, "distinct ids", byId.size());
        outcomes.forEach((outcome, number) -> findings.count(output, outcome, number));
        letters.values().stream()
                .flatMap(List::stream)
                .forEach(letter -> findings.count(input, "dead: " + letter.reason(), 1));
    }
}
