package dev.touchstone.testkit.verify;

import static dev.touchstone.testkit.verify.HandWritten.completion;
import static dev.touchstone.testkit.verify.HandWritten.critique;
import static dev.touchstone.testkit.verify.HandWritten.critiques;
import static dev.touchstone.testkit.verify.HandWritten.id;
import static dev.touchstone.testkit.verify.HandWritten.key;
import static dev.touchstone.testkit.verify.HandWritten.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.RegistryProcess;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.verify.HandWritten.Sent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Topics that hold and topics that do not, written by hand on a real broker and registry. */
@OnTestCluster
class VerifierTest {
    private static final TestCluster CLUSTER = TestCluster.shared();

    private TopicCatalogue topics;
    private HandWritten hand;

    @BeforeEach
    void makeTopics(TestInfo test) {
        topics = CLUSTER.topics(test.getTestMethod().orElseThrow().getName() + ".");
        hand = new HandWritten(CLUSTER.settings(), topics);
    }

    @AfterEach
    void close() {
        hand.close();
    }

    @Test
    void shouldHoldWhenEveryRecordEndsAsItMust() {
        hand.in(completion(1, "one"));
        hand.out(completion(1, "one"));
        hand.in(completion(2, "two"));
        hand.out(completion(2, "two"), CritiqueStatus.REFUSED, List.of());
        // The same again leaves no trace, other content is put aside.
        hand.in(completion(2, "two"));
        hand.dead(hand.in(completion(2, "something else")), DeadLetterReason.ID_CONFLICT);
        hand.dead(hand.in(completion(3, " ")), DeadLetterReason.INVALID);
        hand.dead(hand.in(completion(4, "long")), DeadLetterReason.OVERSIZED);
        hand.dead(hand.bytes(topics.completions(), "no avro"), DeadLetterReason.UNDECODABLE);

        hand.in(pair(1, "one"));
        Sent output = hand.out(pair(1, "one"));
        hand.dead(hand.in(pair(2, "two")), DeadLetterReason.CRITIC_REFUSED);
        // Died, was sent again while under way, was sent again afterwards, and came through.
        hand.dead(hand.in(pair(3, "three")), DeadLetterReason.CRITIC_EXHAUSTED);
        hand.in(pair(3, "three"));
        hand.out(pair(3, "three"));
        // Was sent twice before it died: the second left no trace.
        hand.dead(hand.in(pair(4, "four")), DeadLetterReason.CRITIC_UNPARSABLE);
        hand.in(pair(4, "four"));
        hand.dead(hand.in(pair(5, "Go away.")), DeadLetterReason.INVALID);
        hand.dead(hand.bytes(topics.pairs(), "no avro"), DeadLetterReason.UNDECODABLE);
        hand.sendAndAbort(output);

        Verdict verdict = verify();
        assertThat(verdict.broken()).isEmpty();
        assertThat(verdict.holds()).isTrue();
        assertThat(verdict.notJudged()).isEmpty();
        assertThat(verdict.read())
                .containsEntry(topics.completions().name(), 7L)
                .containsEntry(topics.pairs().name(), 8L)
                .containsEntry(topics.critiquedPairs().name(), 2L)
                .containsEntry(topics.deadLetters().name(), 9L);
        assertThat(verdict.counts().get(topics.completions().name()))
                .containsEntry("valid", 5L)
                .containsEntry("breaking a rule", 1L)
                .containsEntry("undecodable", 1L)
                .containsEntry("dead: ID_CONFLICT", 1L);
        assertThat(verdict.counts().get(topics.critiquedCompletions().name()))
                .containsEntry("REFUSED", 1L)
                .containsEntry("CRITIQUED", 1L);
    }

    @Test
    void shouldFindWhatIsMissing() {
        hand.in(completion(1, "one"));
        hand.in(pair(2, "two"));
        Sent unreadable = hand.bytes(topics.pairs(), "no avro");
        Sent blank = hand.in(completion(3, ""));
        // A dead letter of other content explains nothing.
        hand.in(completion(4, "four"));
        hand.dead(hand.in(completion(4, "something else")), DeadLetterReason.ID_CONFLICT);

        Verdict verdict = verify();
        assertThat(verdict.holds()).isFalse();
        assertThat(verdict.broken()).isEqualTo(Map.of(Problem.MISSING_OUTPUT, 3L, Problem.MISSING_DEAD_LETTER, 2L));
        assertThat(verdict.examples().get(Problem.MISSING_OUTPUT))
                .containsExactlyInAnyOrder(id(1).toString(), id(2).toString(), id(4).toString());
        assertThat(verdict.examples().get(Problem.MISSING_DEAD_LETTER))
                .containsExactlyInAnyOrder(unreadable.position(), blank.position());
    }

    @Test
    void shouldFindWhatIsDouble() {
        hand.in(completion(1, "one"));
        hand.out(completion(1, "one"));
        hand.out(completion(1, "one"));
        hand.in(pair(2, "two"));
        hand.out(pair(2, "two"));
        hand.out(pair(2, "two"));
        Sent unreadable = hand.bytes(topics.pairs(), "no avro");
        hand.dead(unreadable, DeadLetterReason.UNDECODABLE);
        hand.dead(unreadable, DeadLetterReason.UNDECODABLE);
        Sent both = hand.in(pair(3, "three"));
        hand.out(pair(3, "three"));
        hand.dead(both, DeadLetterReason.CRITIC_REFUSED);

        Verdict verdict = verify();
        assertThat(verdict.broken())
                .isEqualTo(Map.of(
                        Problem.DOUBLE_OUTPUT, 2L,
                        Problem.DOUBLE_DEAD_LETTER, 1L,
                        Problem.OUTPUT_AND_DEAD_LETTER, 1L));
        assertThat(verdict.examples().get(Problem.DOUBLE_DEAD_LETTER)).containsExactly(unreadable.position());
        assertThat(verdict.examples().get(Problem.OUTPUT_AND_DEAD_LETTER)).containsExactly(id(3).toString());
    }

    @Test
    void shouldFindWhatIsExtra() {
        hand.out(completion(1, "one"));
        hand.out(pair(2, "two"));
        Sent blank = hand.in(completion(3, " "));
        hand.dead(blank, DeadLetterReason.INVALID);
        hand.out(completion(3, " "));
        Sent sent = hand.in(pair(4, "four"));
        hand.out(pair(4, "four"));
        ProducerRecord<byte[], byte[]> letter = hand.letter(sent, DeadLetterReason.CRITIC_REFUSED);
        letter.headers().remove("dead-letter-offset").add("dead-letter-offset", text("77"));
        hand.send(letter);

        Verdict verdict = verify();
        assertThat(verdict.broken()).isEqualTo(Map.of(Problem.EXTRA_OUTPUT, 3L, Problem.EXTRA_DEAD_LETTER, 1L));
        assertThat(verdict.examples().get(Problem.EXTRA_DEAD_LETTER))
                .containsExactly(topics.pairs().name() + "-" + sent.at().partition() + "-77");
    }

    @Test
    void shouldFindWhatIsAltered() {
        hand.in(completion(1, "one"));
        hand.out(completion(1, "two"));
        Sent unreadable = hand.bytes(topics.completions(), "no avro");
        ProducerRecord<byte[], byte[]> right = hand.letter(unreadable, DeadLetterReason.UNDECODABLE);
        hand.send(DeadLetters.record(right.topic(), null, text("no avrO"), right.headers()));
        // Without a key is not the same as with an empty one.
        Sent second = hand.bytes(topics.completions(), "no avro");
        right = hand.letter(second, DeadLetterReason.UNDECODABLE);
        hand.send(DeadLetters.record(right.topic(), new byte[0], right.value(), right.headers()));
        Sent third = hand.bytes(topics.completions(), "no avro");
        right = hand.letter(third, DeadLetterReason.UNDECODABLE);
        right.headers().remove("traceparent");
        hand.send(right);
        Sent fourth = hand.bytes(topics.completions(), "no avro");
        right = hand.letter(fourth, DeadLetterReason.UNDECODABLE);
        right.headers().remove("nothing").add("nothing", text("something"));
        hand.send(right);

        Verdict verdict = verify();
        assertThat(verdict.broken())
                .isEqualTo(Map.of(
                        Problem.ALTERED_OUTPUT, 1L, Problem.ALTERED_DEAD_LETTER, 2L, Problem.ALTERED_HEADERS, 2L));
        assertThat(verdict.examples().get(Problem.ALTERED_DEAD_LETTER))
                .containsExactlyInAnyOrder(unreadable.position(), second.position());
        assertThat(verdict.examples().get(Problem.ALTERED_HEADERS))
                .containsExactlyInAnyOrder(third.position(), fourth.position());
    }

    @Test
    void shouldFindWhatIsWrongWithOutputs() {
        hand.bytes(topics.critiquedPairs(), "no avro");
        hand.in(completion(1, "one"));
        hand.send(new ProducerRecord<>(
                topics.critiquedCompletions().name(),
                text("another key"),
                hand.out(completion(1, "one")).record().value()));
        hand.in(completion(2, "two"));
        hand.out(completion(2, "two"), CritiqueStatus.CRITIQUED, List.of());
        hand.in(completion(3, "three"));
        hand.out(completion(3, "three"), CritiqueStatus.REFUSED, critiques(1));
        hand.in(pair(4, "four"));
        hand.out(pair(4, "four"), critiques(1), List.of());
        hand.in(pair(5, "five"));
        hand.out(pair(5, "five"), critiques(1), List.of(critique(1), critique(1)));

        assertThat(verify().broken())
                .isEqualTo(Map.of(
                        Problem.UNREADABLE_OUTPUT, 1L,
                        Problem.WRONG_KEY, 1L,
                        Problem.DOUBLE_OUTPUT, 1L,
                        Problem.BAD_CRITIQUE, 4L));
    }

    @Test
    void shouldFindDeadLettersThatAreNotJustified() {
        List<Sent> wrong = List.of(
                hand.dead(hand.in(completion(1, "one")), DeadLetterReason.CRITIC_REFUSED),
                hand.dead(hand.in(completion(2, "two")), DeadLetterReason.INVALID),
                hand.dead(hand.in(pair(3, "three")), DeadLetterReason.UNDECODABLE),
                hand.dead(hand.bytes(topics.pairs(), "no avro"), DeadLetterReason.INVALID),
                hand.dead(hand.in(pair(4, "four")), DeadLetterReason.ID_CONFLICT));
        Sent pair = hand.in(pair(5, "five"));
        for (String header : List.of("reason", "topic", "partition", "offset", "attempts")) {
            ProducerRecord<byte[], byte[]> letter = hand.letter(pair, DeadLetterReason.CRITIC_REFUSED);
            letter.headers().remove("dead-letter-" + header);
            hand.send(letter);
        }
        ProducerRecord<byte[], byte[]> foreign = hand.letter(pair, DeadLetterReason.CRITIC_REFUSED);
        foreign.headers().remove("dead-letter-topic").add("dead-letter-topic", text("somebody.elses"));
        hand.send(foreign);
        hand.dead(pair, DeadLetterReason.CRITIC_REFUSED);

        assertThat(verify().broken())
                .isEqualTo(Map.of(Problem.WRONG_REASON, (long) wrong.size(), Problem.MALFORMED_DEAD_LETTER, 6L));
    }

    @Test
    void shouldCallBytesUndecodableWhenTheirSchemaIsUnknownOrAnother() {
        byte[] good = hand.serialized(topics.pairs(), pair(1, "one"));
        byte[] unknown = ByteBuffer.wrap(good.clone()).putInt(1, 999_999).array();
        byte[] longer = ByteBuffer.allocate(good.length + 1).put(good).array();
        for (byte[] bad : List.of(unknown, longer)) {
            hand.dead(
                    hand.send(new ProducerRecord<>(topics.pairs().name(), key(id(1)), bad)),
                    DeadLetterReason.UNDECODABLE);
        }
        hand.dead(
                hand.send(new ProducerRecord<>(topics.completions().name(), key(id(1)), good)),
                DeadLetterReason.UNDECODABLE);

        Verdict verdict = verify();
        assertThat(verdict.broken()).isEmpty();
        assertThat(verdict.counts().get(topics.pairs().name())).containsEntry("undecodable", 2L);
        assertThat(verdict.counts().get(topics.completions().name())).containsEntry("undecodable", 1L);
    }

    @Test
    void shouldHoldWhenWhatIsMissingComesWhileItWaits() {
        hand.in(completion(1, "one"));
        AtomicBoolean first = new AtomicBoolean(true);
        Verdict verdict = verifier().verify(Duration.ofMinutes(2), (done, total) -> {
            // Too late for the first look, whose ends are known by now.
            if (first.getAndSet(false)) {
                hand.out(completion(1, "one"));
            }
        });
        assertThat(first).isFalse();
        assertThat(verdict.broken()).isEmpty();
        assertThat(verdict.read()).containsEntry(topics.critiquedCompletions().name(), 1L);
    }

    @Test
    void shouldNotJudgeWhatRetentionHasDeleted() throws Exception {
        Sent dead = hand.in(pair(1, "one"));
        hand.dead(dead, DeadLetterReason.CRITIC_REFUSED);
        Sent passed = hand.in(completion(2, "two"));
        hand.out(completion(2, "two"));
        try (Admin admin = Admin.create(CLUSTER.settings().client())) {
            for (Sent sent : List.of(dead, passed)) {
                TopicPartition partition =
                        new TopicPartition(sent.at().topic(), sent.at().partition());
                admin.deleteRecords(Map.of(
                                partition,
                                RecordsToDelete.beforeOffset(sent.at().offset() + 1)))
                        .all()
                        .get();
            }
        }
        Verdict verdict = verify();
        assertThat(verdict.broken()).isEmpty();
        assertThat(verdict.notJudged())
                .isEqualTo(Map.of(
                        "outputs of inputs that were deleted", 1L, "dead letters of inputs that were deleted", 1L));
    }

    @Test
    void shouldSaySoInASentenceWhenThereIsNoRegistry() {
        hand.in(completion(1, "one"));
        Verifier verifier = new Verifier(
                CLUSTER.settings().with("schema.registry.url", RegistryProcess.url(Ports.free())),
                topics,
                Duration.ZERO,
                Set.of(Stage.CRITIQUES));
        assertThatThrownBy(() -> verifier.verify(Duration.ZERO, (done, total) -> {}))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("does not answer");
    }

    private Verifier verifier() {
        return new Verifier(CLUSTER.settings(), topics, Duration.ofSeconds(30), Set.of(Stage.CRITIQUES));
    }

    private Verdict verify() {
        return verifier().verify(Duration.ZERO, (done, total) -> {});
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
