package dev.touchstone.producers.ingest;

import dev.touchstone.producers.feed.Rejection;
import dev.touchstone.producers.feed.Rejection.Reason;
import dev.touchstone.producers.ingest.LineReader.Line;
import dev.touchstone.producers.ingest.RecordReader.Parsed;
import dev.touchstone.producers.ingest.SeenIds.Known;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Confined to one thread. Goes through a stream of lines in constant memory and sends each record, or says why not.
 *
 * @param <T> the record
 */
final class Ingest<T> {
    private static final int SEEN = 1 << 18;

    /** A JSON string takes at most this many bytes for each byte of its text. */
    private static final int ESCAPED = 6;

    private final RecordReader<T> reader;
    private final Function<T, Optional<Rejection>> send;
    private final Watcher watcher;
    private final SeenIds seen = new SeenIds(SEEN);
    private final Map<String, Long> rejected = new TreeMap<>();
    private long lines;
    private long accepted;
    private long duplicates;

    /** Hears how ingesting goes. */
    interface Watcher {
        /** A line was rejected. */
        void rejected(long lineNumber, Rejection rejection);

        /** A line is done. */
        void progress(long bytesRead, long accepted, long rejected);
    }

    /**
     * What came of it.
     *
     * @param lines lines read, without blank ones
     * @param accepted records sent
     * @param duplicates records dropped because the same id and content came before
     * @param rejected lines rejected, by reason
     */
    record Report(long lines, long accepted, long duplicates, Map<String, Long> rejected) {
        long rejectedLines() {
            return rejected.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    Ingest(RecordReader<T> reader, Function<T, Optional<Rejection>> send, Watcher watcher) {
        this.reader = reader;
        this.send = send;
        this.watcher = watcher;
    }

    /**
     * Goes through all lines.
     *
     * @param limit stops after this many records were sent
     * @param maxBytes largest record, bytes; much longer lines are not even parsed
     * @param rejects where rejected lines are copied to, byte by byte
     */
    Report run(InputStream in, long limit, int maxBytes, OutputStream rejects) throws IOException {
        int longest = (int) Math.min(Integer.MAX_VALUE / 2, (long) maxBytes * ESCAPED + 4_096);
        LineReader input = new LineReader(in, longest);
        while (accepted < limit) {
            Optional<Line> next = input.next();
            if (next.isEmpty()) {
                break;
            }
            Line line = next.get();
            if (!isBlank(line.bytes())) {
                lines++;
                Optional<Rejection> rejection = take(line);
                if (rejection.isPresent()) {
                    reject(input, line, rejection.get(), rejects);
                }
            }
            watcher.progress(input.bytesRead(), accepted, lines - accepted - duplicates);
        }
        return new Report(lines, accepted, duplicates, Map.copyOf(rejected));
    }

    private Optional<Rejection> take(Line line) {
        if (line.cut()) {
            return Optional.of(
                    new Rejection(Reason.OVERSIZED, "The line has more than " + line.bytes().length + " bytes."));
        }
        Parsed<T> parsed;
        try {
            parsed = reader.read(JsonLine.parse(line.bytes()));
        } catch (RejectedException e) {
            return Optional.of(e.rejection());
        }
        Known known = seen.known(parsed.id(), parsed.contentHash());
        if (known == Known.OTHER) {
            return Optional.of(
                    new Rejection(Reason.ID_CONFLICT, "The id " + parsed.id() + " came before with other content."));
        }
        if (known == Known.SAME) {
            duplicates++;
            return Optional.empty();
        }
        Optional<Rejection> rejection = send.apply(parsed.record());
        if (rejection.isEmpty()) {
            seen.remember(parsed.id(), parsed.contentHash());
            accepted++;
        }
        return rejection;
    }

    private void reject(LineReader input, Line line, Rejection rejection, OutputStream rejects) throws IOException {
        rejected.merge(rejection.group(), 1L, Long::sum);
        watcher.rejected(line.number(), rejection);
        rejects.write(line.bytes());
        if (line.cut()) {
            input.copyRest(rejects);
        }
        rejects.write('\n');
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
