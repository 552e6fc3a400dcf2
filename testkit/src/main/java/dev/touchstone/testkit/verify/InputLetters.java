package dev.touchstone.testkit.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Confined to one thread. Dead letters of what comes into a stage, where each record that is none becomes one dead letter
 * whenever the stage takes it.
 */
final class InputLetters {
    private static final String UNDECODABLE = "UNDECODABLE";
    private static final String OVERSIZED = "OVERSIZED";

    private final String deadLetters;
    private final String input;
    private final Set<String> reasonsOfReadable;
    private final Map<Position, Fingerprint> bytes = new HashMap<>();
    private final Set<Position> unreadable = new LinkedHashSet<>();
    private final Map<Position, List<DeadLetter>> letters = new LinkedHashMap<>();

    /**
     * @param deadLetters topic of the dead letters
     * @param input topic that the stage reads
     * @param reasonsOfReadable for which the stage may put a readable record aside; none if it never does
     */
    InputLetters(String deadLetters, String input, Set<String> reasonsOfReadable) {
        this.deadLetters = deadLetters;
        this.input = input;
        this.reasonsOfReadable = reasonsOfReadable;
    }

    /** Takes note of a record that comes in. */
    void takeInput(ConsumerRecord<byte[], byte[]> record, boolean readable) {
        Position position = Position.of(record);
        bytes.put(position, DeadLetter.bytes(record));
        if (!readable) {
            unreadable.add(position);
        }
    }

    /** Takes note of a dead letter; one of another topic is left aside. */
    void takeLetter(ConsumerRecord<byte[], byte[]> record) {
        DeadLetter.of(record)
                .filter(letter -> letter.source().topic().equals(input))
                .ifPresent(letter -> letters.computeIfAbsent(letter.source(), first -> new ArrayList<>(1))
                        .add(letter));
    }

    /** @param taken how often the stage has taken the record at a position */
    void judge(Findings findings, Retained retained, ToLongFunction<Position> taken) {
        Set<Position> concerned = new HashSet<>(unreadable);
        concerned.addAll(letters.keySet());
        for (Position position : concerned) {
            List<DeadLetter> dead = letters.getOrDefault(position, List.of());
            if (bytes.containsKey(position)) {
                judgeNumber(position, dead.size(), taken.applyAsLong(position), findings, retained);
                dead.forEach(letter -> judge(letter, findings));
            } else {
                findings.brokenUnless(
                        retained.deleted(position),
                        "dead letters of inputs that were deleted",
                        Problem.EXTRA_DEAD_LETTER,
                        position.toString());
            }
        }
    }

    private void judgeNumber(Position position, long dead, long taken, Findings findings, Retained retained) {
        String where = position.toString();
        if (dead > taken) {
            findings.broken(taken == 0 ? Problem.EXTRA_DEAD_LETTER : Problem.DOUBLE_DEAD_LETTER, where);
        } else if (dead < taken) {
            findings.brokenUnless(
                    !retained.whole(deadLetters), "dead letters that were deleted", Problem.MISSING_DEAD_LETTER, where);
        }
    }

    /** What is too large to be copied comes without its bytes. */
    private void judge(DeadLetter letter, Findings findings) {
        String where = letter.source().toString();
        boolean right = unreadable.contains(letter.source())
                ? letter.reason().equals(UNDECODABLE)
                : reasonsOfReadable.contains(letter.reason());
        if (letter.reason().equals(OVERSIZED)) {
            return;
        }
        if (!letter.bytes().equals(bytes.get(letter.source()))) {
            findings.broken(Problem.ALTERED_DEAD_LETTER, where);
        }
        if (!right) {
            findings.broken(Problem.WRONG_REASON, where);
        }
    }
}
