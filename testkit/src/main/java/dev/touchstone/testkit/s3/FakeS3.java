package dev.touchstone.testkit.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe. An S3-shaped store in memory with one bucket, addressed by path: put, get, head, delete, copy and list of
 * objects. Signatures are not checked, but a request without one is refused.
 */
public final class FakeS3 implements AutoCloseable {
    /** The bucket that is there. */
    public static final String BUCKET = "bucket";

    private static final int PAGE = 5; // small, so that every list of a checkpoint has several pages

    private final SortedMap<String, Stored> objects = new ConcurrentSkipListMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private volatile Script script = request -> Fault.NONE;

    /**
     * An object.
     *
     * @param bytes its content
     * @param metadata headers that were given with it and are given back
     * @param modified when it was written
     */
    public record Stored(byte[] bytes, Map<String, String> metadata, Instant modified) {}

    /** What goes wrong with a request. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** 403 AccessDenied. */
        DENIED,
        /** 503 SlowDown. */
        OVERLOADED,
        /** The connection is cut with no answer. */
        CUT,
        /** A put keeps half of the content and says that it kept all; a get sends half and cuts the connection. */
        TRUNCATED,
        /** A put that asks not to overwrite is refused: 501 NotImplemented, as by older servers. */
        UNCONDITIONAL
    }

    /** Chooses the fault of a request. */
    @FunctionalInterface
    public interface Script {
        /** @param request method and path, as in {@code PUT /bucket/key} */
        Fault of(String request);
    }

    private FakeS3(HttpServer server) {
        this.server = server;
    }

    /** Starts one on a free port of loopback. */
    public static FakeS3 start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            FakeS3 made = new FakeS3(server);
            server.setExecutor(made.threads);
            server.createContext("/", made::handle);
            server.start();
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** From now on requests go wrong as the script says. */
    public void follow(Script next) {
        script = next;
    }

    /** What is stored, by key; changes are changes of the store. */
    public SortedMap<String, Stored> objects() {
        return objects;
    }

    /** Method and path of every request so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String request = exchange.getRequestMethod() + " " + path;
        requests.add(request);
        byte[] body = exchange.getRequestBody().readAllBytes();
        Fault fault = script.of(request);
        String[] parts = path.substring(1).split("/", 2);
        String key = parts.length < 2 ? "" : parts[1];
        if (fault == Fault.CUT) {
            cut(exchange);
        } else if (fault == Fault.DENIED || exchange.getRequestHeaders().getFirst("Authorization") == null) {
            refuse(exchange, 403, "AccessDenied");
        } else if (fault == Fault.OVERLOADED) {
            refuse(exchange, 503, "SlowDown");
        } else if (!parts[0].equals(BUCKET)) {
            refuse(exchange, 404, "NoSuchBucket");
        } else {
            switch (exchange.getRequestMethod()) {
                case "PUT" -> put(exchange, key, body, fault);
                case "GET" -> get(exchange, key, fault);
                case "HEAD" -> head(exchange, key);
                case "DELETE" -> delete(exchange, key);
                default -> refuse(exchange, 405, "MethodNotAllowed");
            }
        }
    }

    private void put(HttpExchange exchange, String key, byte[] body, Fault fault) throws IOException {
        String source = exchange.getRequestHeaders().getFirst("x-amz-copy-source");
        if (source != null) {
            copy(exchange, key, URLDecoder.decode(source, StandardCharsets.UTF_8));
            return;
        }
        String md5 = exchange.getRequestHeaders().getFirst("Content-MD5");
        boolean absent = exchange.getRequestHeaders().getFirst("If-None-Match") != null;
        if (absent && fault == Fault.UNCONDITIONAL) {
            refuse(exchange, 501, "NotImplemented");
        } else if (absent && objects.containsKey(key)) {
            refuse(exchange, 412, "PreconditionFailed");
        } else if (md5 != null && !md5.equals(Base64.getEncoder().encodeToString(md5(body)))) {
            refuse(exchange, 400, "BadDigest");
        } else {
            byte[] kept = fault == Fault.TRUNCATED ? Arrays.copyOf(body, body.length / 2) : body;
            objects.put(key, new Stored(kept, metadata(exchange), Instant.now()));
            exchange.getResponseHeaders().add("ETag", etag(kept));
            answer(exchange, 200, new byte[0]);
        }
    }

    private void copy(HttpExchange exchange, String key, String source) throws IOException {
        Stored from = objects.get(source.replaceFirst("^/?" + BUCKET + "/", ""));
        if (from == null) {
            refuse(exchange, 404, "NoSuchKey");
            return;
        }
        objects.put(key, new Stored(from.bytes(), from.metadata(), Instant.now()));
        xml(
                exchange,
                "<CopyObjectResult><ETag>" + etag(from.bytes()) + "</ETag><LastModified>" + Instant.now()
                        + "</LastModified></CopyObjectResult>");
    }

    private void get(HttpExchange exchange, String key, Fault fault) throws IOException {
        if (key.isEmpty()) {
            list(exchange);
            return;
        }
        Stored stored = describe(exchange, key);
        if (stored == null) {
            refuse(exchange, 404, "NoSuchKey");
        } else if (fault == Fault.TRUNCATED) {
            exchange.sendResponseHeaders(200, stored.bytes().length);
            exchange.getResponseBody().write(stored.bytes(), 0, stored.bytes().length / 2);
            exchange.getResponseBody().flush();
            cut(exchange);
        } else {
            answer(exchange, 200, stored.bytes());
        }
    }

    private void head(HttpExchange exchange, String key) throws IOException {
        Stored stored = describe(exchange, key);
        if (stored != null) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(stored.bytes().length));
        }
        exchange.sendResponseHeaders(stored == null ? 404 : 200, -1);
        exchange.close();
    }

    private void delete(HttpExchange exchange, String key) throws IOException {
        objects.remove(key);
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private void list(HttpExchange exchange) throws IOException {
        Map<String, String> query = query(exchange);
        String prefix = query.getOrDefault("prefix", "");
        String after = query.getOrDefault("continuation-token", "");
        List<Map.Entry<String, Stored>> rest = objects.entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix) && e.getKey().compareTo(after) > 0)
                .toList();
        List<Map.Entry<String, Stored>> page = rest.subList(0, Math.min(PAGE, rest.size()));
        boolean more = page.size() < rest.size();
        String contents = page.stream()
                .map(e -> "<Contents><Key>" + e.getKey() + "</Key><LastModified>"
                        + e.getValue().modified() + "</LastModified><Size>"
                        + e.getValue().bytes().length
                        + "</Size></Contents>")
                .collect(Collectors.joining());
        xml(
                exchange,
                "<ListBucketResult><Name>" + BUCKET + "</Name><KeyCount>" + page.size() + "</KeyCount><IsTruncated>"
                        + more
                        + "</IsTruncated>" + contents
                        + (more
                                ? "<NextContinuationToken>"
                                        + page.get(page.size() - 1).getKey() + "</NextContinuationToken>"
                                : "")
                        + "</ListBucketResult>");
    }

    private @Nullable Stored describe(HttpExchange exchange, String key) {
        Stored stored = objects.get(key);
        if (stored != null) {
            stored.metadata()
                    .forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
            exchange.getResponseHeaders().add("ETag", etag(stored.bytes()));
        }
        return stored;
    }

    private static Map<String, String> metadata(HttpExchange exchange) {
        Map<String, String> metadata = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (name.toLowerCase(Locale.ROOT).startsWith("x-amz-meta-")) {
                metadata.put(name.toLowerCase(Locale.ROOT), values.get(0));
            }
        });
        return Map.copyOf(metadata);
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String part : raw == null ? new String[0] : raw.split("&")) {
            String[] pair = part.split("=", 2);
            query.put(pair[0], pair.length < 2 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        byte[] body = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code
                        + "</Code><Message>As told.</Message>" + "</Error>")
                .getBytes(StandardCharsets.UTF_8);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        } else {
            exchange.getResponseHeaders().set("Content-Type", "application/xml");
            answer(exchange, status, body);
        }
    }

    private static void xml(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        answer(exchange, 200, ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + text).getBytes(StandardCharsets.UTF_8));
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    /** Closing an exchange whose answer is not whole closes its connection. */
    private static void cut(HttpExchange exchange) {
        exchange.close();
    }

    private static String etag(byte[] bytes) {
        return "\"" + HexFormat.of().formatHex(md5(bytes)) + "\"";
    }

    private static byte[] md5(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no MD5", e);
        }
    }
}
