package dev.touchstone.producers.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.producers.ingest.LineReader.Line;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    @Test
    void shouldSplitLinesOfEitherEnding() throws IOException {
        LineReader reader = new LineReader(stream("one\r\ntwo\n\nfour"), 100);

        assertThat(all(reader)).containsExactly("1:one", "2:two", "3:", "4:four");
        assertThat(reader.bytesRead()).isEqualTo(14);
    }

    @Test
    void shouldGiveNothingWhenThereIsNothing() throws IOException {
        assertThat(all(new LineReader(stream(""), 100))).isEmpty();
    }

    @Test
    void shouldSkipTheRestOfALineThatIsTooLong() throws IOException {
        assertThat(all(new LineReader(stream("12345678\n1234\n12345"), 4)))
                .containsExactly("1:1234+", "2:1234", "3:1234+");
    }

    @Test
    void shouldCopyTheRestOfALineThatIsTooLong() throws IOException {
        LineReader reader = new LineReader(stream("x".repeat(200_000) + "\nnext"), 70_000);
        ByteArrayOutputStream rest = new ByteArrayOutputStream();

        Line line = reader.next().orElseThrow();
        reader.copyRest(rest);

        assertThat(line.cut()).isTrue();
        assertThat(line.bytes().length + rest.size()).isEqualTo(200_000);
        assertThat(all(reader)).containsExactly("2:next");
    }

    @Test
    void shouldJoinWhatComesInPieces() throws IOException {
        InputStream pieces =
                new SequenceInputStream(stream("a"), new SequenceInputStream(stream("b\nc"), stream("d\n")));

        assertThat(all(new LineReader(pieces, 100))).containsExactly("1:ab", "2:cd");
    }

    private static List<String> all(LineReader reader) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Optional<Line> next = reader.next(); next.isPresent(); next = reader.next()) {
            Line line = next.get();
            lines.add(line.number() + ":" + new String(line.bytes(), UTF_8) + (line.cut() ? "+" : ""));
        }
        return lines;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
}
