package dev.touchstone.testkit.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
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
    private final Uploads uploads = new Uploads();
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

    /** How many objects have been begun in parts, and neither been put together nor given up. */
    public int openUploads() {
        return uploads.count();
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
            Http.refuse(exchange, 403, "AccessDenied");
        } else if (fault == Fault.OVERLOADED) {
            Http.refuse(exchange, 503, "SlowDown");
        } else if (!parts[0].equals(BUCKET)) {
            Http.refuse(exchange, 404, "NoSuchBucket");
        } else {
            switch (exchange.getRequestMethod()) {
                case "PUT" -> put(exchange, key, body, fault);
                case "GET" -> get(exchange, key, fault);
                case "HEAD" -> head(exchange, key);
                case "DELETE" -> delete(exchange, key);
                case "POST" -> post(exchange, key, fault);
                default -> Http.refuse(exchange, 405, "MethodNotAllowed");
            }
        }
    }

    private void put(HttpExchange exchange, String key, byte[] body, Fault fault) throws IOException {
        Map<String, String> query = Http.query(exchange);
        String source = exchange.getRequestHeaders().getFirst("x-amz-copy-source");
        if (source != null) {
            copy(exchange, key, query, URLDecoder.decode(source, StandardCharsets.UTF_8));
            return;
        }
        String md5 = exchange.getRequestHeaders().getFirst("Content-MD5");
        boolean absent = exchange.getRequestHeaders().getFirst("If-None-Match") != null;
        if (absent && fault == Fault.UNCONDITIONAL) {
            Http.refuse(exchange, 501, "NotImplemented");
        } else if (absent && objects.containsKey(key)) {
            Http.refuse(exchange, 412, "PreconditionFailed");
        } else if (md5 != null && !md5.equals(Base64.getEncoder().encodeToString(Http.md5(body)))) {
            Http.refuse(exchange, 400, "BadDigest");
        } else if (query.containsKey("uploadId")) {
            part(query, fault == Fault.TRUNCATED ? Arrays.copyOf(body, body.length / 2) : body);
            exchange.getResponseHeaders().add("ETag", Http.etag(body));
            Http.answer(exchange, 200, new byte[0]);
        } else {
            byte[] kept = fault == Fault.TRUNCATED ? Arrays.copyOf(body, body.length / 2) : body;
            objects.put(key, new Stored(kept, Http.metadata(exchange), Instant.now()));
            exchange.getResponseHeaders().add("ETag", Http.etag(kept));
            Http.answer(exchange, 200, new byte[0]);
        }
    }

    private void copy(HttpExchange exchange, String key, Map<String, String> query, String source) throws IOException {
        Stored from = objects.get(source.replaceFirst("^/?" + BUCKET + "/", ""));
        if (from == null) {
            Http.refuse(exchange, 404, "NoSuchKey");
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("x-amz-copy-source-range");
        if (range == null) {
            objects.put(key, new Stored(from.bytes(), from.metadata(), Instant.now()));
        } else {
            String[] ends = range.replace("bytes=", "").split("-", 2);
            part(query, Arrays.copyOfRange(from.bytes(), Integer.parseInt(ends[0]), Integer.parseInt(ends[1]) + 1));
        }
        String result = range == null ? "CopyObjectResult" : "CopyPartResult";
        Http.xml(
                exchange,
                "<" + result + "><ETag>" + Http.etag(from.bytes()) + "</ETag><LastModified>" + Instant.now()
                        + "</LastModified></" + result + ">");
    }

    /** A part of no upload is lost, and found missing when the upload is to be put together. */
    private void part(Map<String, String> query, byte[] part) {
        uploads.take(query.getOrDefault("uploadId", ""), Integer.parseInt(query.getOrDefault("partNumber", "0")), part);
    }

    private void post(HttpExchange exchange, String key, Fault fault) throws IOException {
        Map<String, String> query = Http.query(exchange);
        boolean absent = exchange.getRequestHeaders().getFirst("If-None-Match") != null;
        if (query.containsKey("uploads")) {
            Http.xml(
                    exchange,
                    "<InitiateMultipartUploadResult><UploadId>" + uploads.begin(Http.metadata(exchange))
                            + "</UploadId></InitiateMultipartUploadResult>");
        } else if (absent && fault == Fault.UNCONDITIONAL) {
            Http.refuse(exchange, 501, "NotImplemented");
        } else if (absent && objects.containsKey(key)) {
            Http.refuse(exchange, 412, "PreconditionFailed");
        } else {
            Stored whole = uploads.end(query.getOrDefault("uploadId", ""));
            if (whole == null) {
                Http.refuse(exchange, 404, "NoSuchUpload");
            } else {
                objects.put(key, whole);
                Http.xml(exchange, "<CompleteMultipartUploadResult/>");
            }
        }
    }

    private void get(HttpExchange exchange, String key, Fault fault) throws IOException {
        if (key.isEmpty()) {
            list(exchange);
            return;
        }
        Stored stored = describe(exchange, key);
        if (stored == null) {
            Http.refuse(exchange, 404, "NoSuchKey");
        } else if (fault == Fault.TRUNCATED) {
            exchange.sendResponseHeaders(200, stored.bytes().length);
            exchange.getResponseBody().write(stored.bytes(), 0, stored.bytes().length / 2);
            exchange.getResponseBody().flush();
            cut(exchange);
        } else {
            Http.answer(exchange, 200, stored.bytes());
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
        String upload = Http.query(exchange).get("uploadId");
        if (upload == null) {
            objects.remove(key);
        } else {
            uploads.end(upload);
        }
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private void list(HttpExchange exchange) throws IOException {
        Map<String, String> query = Http.query(exchange);
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
        Http.xml(
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
            exchange.getResponseHeaders().add("ETag", Http.etag(stored.bytes()));
        }
        return stored;
    }

    /** Closing an exchange whose answer is not whole closes its connection. */
    private static void cut(HttpExchange exchange) {
        exchange.close();
    }
}
