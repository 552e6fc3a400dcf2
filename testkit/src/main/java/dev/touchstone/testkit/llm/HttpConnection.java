package dev.touchstone.testkit.llm;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe but for {@link #cut} and {@link #isCut}. One client's connection: reads requests of HTTP/1.1 and writes
 * bytes as they are.
 */
final class HttpConnection implements Closeable {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long FOR_EVER = 0;
    private static final int MAX_LINE = 64 << 10;
    private static final int MAX_BODY = 64 << 20;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private volatile boolean cut;

    /**
     * One request.
     *
     * @param line method, target and version
     * @param headers by name in lower case
     * @param body without its transfer coding
     */
    record Request(String line, Map<String, String> headers, byte[] body) {
        /** Whether the client will not use the connection again. */
        boolean isLast() {
            String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
            return line.endsWith("HTTP/1.0") ? !connection.contains("keep-alive") : connection.contains("close");
        }
    }

    HttpConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /**
     * The next request, null if the client closed the connection.
     *
     * @throws ProtocolException if it is not HTTP, or too large
     */
    @Nullable
    Request read() throws IOException {
        socket.setSoTimeout((int) FOR_EVER);
        int first = in.read();
        if (first < 0) {
            return null;
        }
        String line = (char) first + line();
        Map<String, String> headers = headers();
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            write(CONTINUE);
        }
        String coding = headers.getOrDefault("transfer-encoding", "");
        byte[] body =
                coding.isEmpty() ? exactly(length(headers.getOrDefault("content-length", "0"), 10)) : chunks(coding);
        return new Request(line, headers, body);
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    void write(byte[] bytes, int from, int to) throws IOException {
        out.write(bytes, from, to - from);
    }

    /** Waits. Returns false, and earlier, if the client closes the connection meanwhile. */
    boolean waits(Duration time) throws IOException {
        if (time.isZero() || time.isNegative()) {
            return true;
        }
        long until = System.nanoTime() + time.toNanos();
        try {
            if (!staysOpen(time.plusNanos(999_999).toMillis())) {
                return false;
            }
        } catch (SocketTimeoutException e) {
            return true;
        }
        // The client has sent its next request already: from here on it leaves unnoticed.
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return true;
    }

    /** Waits until the client closes the connection. */
    void waitsForEver() throws IOException {
        while (staysOpen(FOR_EVER)) {
            LockSupport.parkNanos(1_000_000); // it has sent its next request already
        }
    }

    /** Closes the connection so that the client sees it reset, whatever it is about. */
    void cut() {
        cut = true;
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            // It is closed already.
        }
        close();
    }

    boolean isCut() {
        return cut;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody is there who would mind.
        }
    }

    /** Blocks until something can be read; false if that is the end. */
    private boolean staysOpen(long limitMs) throws IOException {
        in.mark(1);
        try {
            socket.setSoTimeout((int) Math.min(limitMs, Integer.MAX_VALUE));
            if (in.read() < 0) {
                return false;
            }
        } catch (SocketException e) {
            return false;
        }
        in.reset();
        return true;
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("A header without a name.");
            }
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        return headers;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() == MAX_LINE) {
                throw new ProtocolException("A line without an end.");
            }
            line.append((char) next);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    private byte[] chunks(String coding) throws IOException {
        if (!coding.equalsIgnoreCase("chunked")) {
            throw new ProtocolException("An unknown transfer coding.");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            if (body.size() + size > MAX_BODY) {
                throw new ProtocolException("The body is too large.");
            }
            body.write(exactly(size));
            line();
        }
        headers(); // trailers
        return body.toByteArray();
    }

    private byte[] exactly(int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new ProtocolException("A body without an end.");
        }
        return bytes;
    }

    private int chunkSize() throws IOException {
        return length(line().split(";", 2)[0].strip(), 16);
    }

    private static int length(String digits, int radix) throws ProtocolException {
        try {
            int length = Integer.parseInt(digits, radix);
            if (length < 0 || length > MAX_BODY) {
                throw new ProtocolException("The body is too large.");
            }
            return length;
        } catch (NumberFormatException e) {
            throw new ProtocolException("A length that is no number.");
        }
    }
}
