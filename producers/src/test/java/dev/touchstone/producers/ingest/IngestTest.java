package dev.touchstone.producers.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.producers.feed.Rejection;
import dev.touchstone.producers.feed.Rejection.Reason;
import dev.touchstone.producers.ingest.Ingest.Report;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IngestTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);
    private static final int MAX_BYTES = 1_000;

    private final List<PreferencePair> sent = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final ByteArrayOutputStream rejects = new ByteArrayOutputStream();

    @Test
    void shouldReadAPairOfStrings() throws IOException {
        ingest(
                "{\"prompt\":\"Hi\",\"chosen\":\"Hello\",\"rejected\":\"Go\",\"margin\":0.5,\"strength\":1,\"other\":[]}");

        List<Message> prompt = List.of(new Message("user", "Hi"));
        assertThat(sent)
                .containsExactly(PreferencePair.newBuilder()
                        .setPairId(Ids.ofPair(prompt, "Hello", "Go"))
                        .setPrompt(prompt)
                        .setChosen("Hello")
                        .setRejected("Go")
                        .setPreference(Preference.CHOSEN)
                        .setMargin(0.5)
                        .setStrength(1.0)
                        .setSource("file")
                        .setLabelledAt(NOON.instant())
                        .build());
    }

    @Test
    void shouldReadAConversationalPair() throws IOException {
        String prompt = "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hi\"}]";
        String chosen = "[{\"role\":\"assistant\",\"content\":\"Hello\"}]";
        String whole = prompt.replaceFirst("]$", ",{\"role\":\"assistant\",\"content\":\"Go\"}]");
        ingest("{\"prompt\":" + prompt + ",\"chosen\":" + chosen + ",\"rejected\":" + whole + "}");

        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).getPrompt())
                .containsExactly(new Message("system", "Be brief."), new Message("user", "Hi"));
        assertThat(sent.get(0).getChosen()).isEqualTo("Hello");
        assertThat(sent.get(0).getRejected()).isEqualTo("Go");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"tie\":true | TIE",
                "\"tie\":false | CHOSEN",
                "\"tie\":null | CHOSEN",
                "\"preference\":\"Tie\" | TIE",
                "\"preference\":\"chosen\" | CHOSEN",
                "\"preference\":\"unknown\",\"tie\":false | UNKNOWN"
            })
    void shouldReadTheLabel(String fields, Preference preference) throws IOException {
        ingest(pair(fields));

        assertThat(sent).extracting(PreferencePair::getPreference).containsExactly(preference);
    }

    @Test
    void shouldKeepAUuidAndDeriveOneFromAnyOtherId() throws IOException {
        UUID own = UUID.fromString("00000000-0000-4000-8000-000000000001");
        ingest(pair("\"id\":\"" + own + "\""), pair("\"id\":7"), pair("\"id\":\"7\",\"source\":\"queue\""));

        assertThat(sent)
                .extracting(PreferencePair::getPairId)
                .containsExactly(own, Ids.ofForeign("file", "7"), Ids.ofForeign("queue", "7"));
        assertThat(sent).extracting(PreferencePair::getSource).containsExactly("file", "file", "queue");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"prompt\":\"a\" | NOT_JSON | The line is not JSON.",
                "{\"prompt\":\"a\",\"prompt\":\"b\",\"chosen\":\"x\",\"rejected\":\"y\"} | NOT_JSON | The line is not JSON.",
                "{} {} | NOT_JSON | The line is not JSON.",
                "[1] | NOT_JSON | The line is not a JSON object.",
                "{\"chosen\":\"x\",\"rejected\":\"y\"} | MISSING_FIELD | The field prompt is missing.",
                "{\"prompt\":\"a\",\"chosen\":null,\"rejected\":\"y\"} | MISSING_FIELD | The field chosen is missing.",
                "{\"prompt\":\"a\",\"chosen\":\"x\"} | MISSING_FIELD | The field rejected is missing.",
                "{\"prompt\":1,\"chosen\":\"x\",\"rejected\":\"y\"} | WRONG_TYPE | The field prompt is neither a string nor a list of turns.",
                "{\"prompt\":[\"a\"],\"chosen\":\"x\",\"rejected\":\"y\"} | WRONG_TYPE | The role of a turn in prompt is not a string.",
                "{\"prompt\":\"a\",\"chosen\":[],\"rejected\":\"y\"} | WRONG_TYPE | The list in chosen does not end with a turn of the assistant.",
                "{\"prompt\":\"a\",\"chosen\":[{\"role\":\"user\",\"content\":\"b\"},{\"role\":\"assistant\",\"content\":\"x\"}],\"rejected\":\"y\"}"
                        + " | WRONG_TYPE | The list in chosen has other turns before the last than the prompt.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\",\"margin\":\"1\"} | WRONG_TYPE | The field margin is not a number.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\",\"tie\":1} | WRONG_TYPE | The field tie is not true or false.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\",\"id\":1.5} | WRONG_TYPE | The field id is not a string.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\",\"preference\":\"left\"} | WRONG_TYPE | The field preference is none of chosen, tie, unknown.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\",\"tie\":true,\"preference\":\"chosen\"} | WRONG_TYPE | The fields tie and preference contradict each other.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"\\ud800\"} | INVALID_UTF8 | The field rejected has half of a surrogate pair.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"x\"} | BROKEN_RULE | The chosen and the rejected completion are equal.",
                "{\"prompt\":\"a\",\"chosen\":\" \",\"rejected\":\"x\"} | BROKEN_RULE | The chosen completion is empty.",
                "{\"prompt\":[],\"chosen\":\"x\",\"rejected\":\"y\"} | BROKEN_RULE | The prompt has no turn.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\",\"margin\":-1} | BROKEN_RULE | The margin is not between 0 and 100.",
                "{\"prompt\":\"a\",\"chosen\":\"x\",\"rejected\":\"y\",\"strength\":1e999} | BROKEN_RULE | The strength is not between 0 and 1."
            })
    void shouldRejectABadLineAndGoOn(String line, Reason reason, String sentence) throws IOException {
        Report report = ingest(pair("\"id\":1"), line, pair("\"id\":2"));

        assertThat(report.accepted()).isEqualTo(2);
        assertThat(complaints).containsExactly("2 " + reason + " " + sentence);
        assertThat(report.rejected()).containsExactly(Map.entry(new Rejection(reason, sentence).group(), 1L));
        assertThat(rejects.toString(UTF_8)).isEqualTo(line + "\n");
    }

    @Test
    void shouldRejectBytesThatAreNotUtf8AndCopyThemUnchanged() throws IOException {
        byte[] bytes = pair("\"id\":\"\u00e9\"").getBytes(ISO_8859_1);

        Report report = ingest(bytes);

        assertThat(report.rejected()).containsExactly(Map.entry("invalid UTF-8", 1L));
        assertThat(rejects.toByteArray()).startsWith(bytes);
    }

    @Test
    void shouldRejectALineThatIsLongerThanAnyRecordCanBeAndCopyItWhole() throws IOException {
        String line = pair("\"x\":\"" + "y".repeat(50_000) + "\"");

        Report report = ingest(line, pair(""));

        assertThat(report.rejected()).containsExactly(Map.entry("oversized", 1L));
        assertThat(report.accepted()).isEqualTo(1);
        assertThat(rejects.toString(UTF_8)).isEqualTo(line + "\n");
    }

    @Test
    void shouldDropTheSameContentUnderOneIdAndRejectOther() throws IOException {
        Report report = ingest(
                pair("\"id\":1"),
                pair("\"id\":1"),
                pair("\"id\":1").replace("Hello", "Howdy"),
                pair("\"id\":1,\"margin\":2"),
                pair(""),
                pair("\"source\":\"elsewhere\""));

        assertThat(report).isEqualTo(new Report(6, 2, 2, Map.of("id used twice", 2L)));
        assertThat(sent).hasSize(2);
    }

    @Test
    void shouldTakeAnIdAgainWhenItsFirstRecordWasRejected() throws IOException {
        Report report = ingest(pair("\"id\":1,\"margin\":-1"), pair("\"id\":1"));

        assertThat(report.accepted()).isEqualTo(1);
        assertThat(report.rejectedLines()).isEqualTo(1);
    }

    @Test
    void shouldForgetTheOldestIdWhenThereIsNoRoom() {
        SeenIds seen = new SeenIds(2);
        UUID first = new UUID(0, 1);
        String hash = "0123456789abcdef";
        seen.remember(first, hash);
        seen.remember(new UUID(0, 2), hash);
        assertThat(seen.known(first, hash)).isEqualTo(SeenIds.Known.SAME);
        assertThat(seen.known(first, "f" + hash)).isEqualTo(SeenIds.Known.OTHER);

        seen.remember(new UUID(0, 3), hash);

        assertThat(seen.known(first, hash)).isEqualTo(SeenIds.Known.NEW);
    }

    @Test
    void shouldSkipBlankLinesAndAByteOrderMark() throws IOException {
        Report report = ingest("\uFEFF" + pair(""), "", "  ", pair("\"id\":1"), "");

        assertThat(report).isEqualTo(new Report(2, 2, 0, Map.of()));
    }

    @Test
    void shouldStopWhenTheLimitIsReached() throws IOException {
        Report report = new Ingest<>(pairs(), this::send, watcher())
                .run(stream(pair("\"id\":1") + "\n" + pair("\"id\":2")), 1, MAX_BYTES, rejects);

        assertThat(report.accepted()).isEqualTo(1);
    }

    @Test
    void shouldReadACompletion() throws Exception {
        CompletionReader reader = new CompletionReader(
                new CompletionReader.Fields("question", "answer", "id", "policyVersion", "groupId", "source"),
                "file",
                NOON);

        Completion read = reader.read(JsonLine.parse(
                        "{\"question\":\"Hi\",\"answer\":\"Hello\",\"policyVersion\":3,\"groupId\":\"g\"}"
                                .getBytes(UTF_8)))
                .record();

        List<Message> prompt = List.of(new Message("user", "Hi"));
        assertThat(read)
                .isEqualTo(Completion.newBuilder()
                        .setCompletionId(Ids.ofCompletion(prompt, "Hello", "3", 0))
                        .setPrompt(prompt)
                        .setCompletion("Hello")
                        .setPolicyVersion("3")
                        .setGroupId("g")
                        .setSource("file")
                        .setCreatedAt(NOON.instant())
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"question\":\"Hi\"}", "{\"answer\":\"Hello\"}", "{\"question\":\"Hi\",\"answer\":{}}"})
    void shouldRejectACompletionThatLacksAPart(String line) {
        CompletionReader reader = new CompletionReader(
                new CompletionReader.Fields("question", "answer", "id", "policyVersion", "groupId", "source"),
                "file",
                NOON);

        org.assertj.core.api.Assertions.assertThatThrownBy(() -> reader.read(JsonLine.parse(line.getBytes(UTF_8))))
                .isInstanceOf(RejectedException.class);
    }

    private Report ingest(String... lines) throws IOException {
        return ingest(String.join("\n", lines).getBytes(UTF_8));
    }

    private Report ingest(byte[] bytes) throws IOException {
        return new Ingest<>(pairs(), this::send, watcher())
                .run(new ByteArrayInputStream(bytes), Long.MAX_VALUE, MAX_BYTES, rejects);
    }

    private static PairReader pairs() {
        return new PairReader(
                new PairReader.Fields(
                        "prompt", "chosen", "rejected", "id", "margin", "strength", "tie", "preference", "source"),
                "file",
                NOON);
    }

    /** As a feed does, without Kafka. */
    private Optional<Rejection> send(PreferencePair pair) {
        Optional<Rejection> rejection =
                RecordRules.problemOf(pair).map(sentence -> new Rejection(Reason.BROKEN_RULE, sentence));
        if (rejection.isEmpty()) {
            sent.add(pair);
        }
        return rejection;
    }

    private Ingest.Watcher watcher() {
        return new Ingest.Watcher() {
            @Override
            public void rejected(long lineNumber, Rejection rejection) {
                complaints.add(lineNumber + " " + rejection.reason() + " " + rejection.sentence());
            }

            @Override
            public void progress(long bytesRead, long accepted, long rejected) {}
        };
    }

    private static String pair(String fields) {
        return "{\"prompt\":\"Hi\",\"chosen\":\"Hello\",\"rejected\":\"Go\"" + (fields.isEmpty() ? "" : "," + fields)
                + "}";
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
}
