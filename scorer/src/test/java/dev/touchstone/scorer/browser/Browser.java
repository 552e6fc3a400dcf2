package dev.touchstone.scorer.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Thread-safe. A headless Chromium with one tab, driven over the DevTools protocol. */
final class Browser implements AutoCloseable {
    /** Why a test is skipped where there is none. */
    static final String NONE = "No Chromium on the PATH: the page is not looked at (Debian: apt-get install chromium).";

    private static final String LISTENING = "DevTools listening on ";
    private static final long LIMIT_SECONDS = 60;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final WebSocket socket;
    private final Listener listener;
    private final AtomicInteger ids = new AtomicInteger();

    private Browser(Process process, WebSocket socket, Listener listener) {
        this.process = process;
        this.socket = socket;
        this.listener = listener;
    }

    /** Where a Chromium is on this machine. */
    static Optional<Path> find() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it with an empty profile in a folder. */
    static Browser start(Path program, Path profile) throws Exception {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .start();
        try {
            URI devTools = devTools(process);
            HttpClient http = HttpClient.newHttpClient();
            Listener listener = new Listener();
            WebSocket socket = http.newWebSocketBuilder()
                    .buildAsync(tab(http, devTools), listener)
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            Browser browser = new Browser(process, socket, listener);
            for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
                browser.command(domain + ".enable", Map.of());
            }
            return browser;
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** The first line that says where; what comes after it is read and dropped, so that the browser never waits. */
    private static URI devTools(Process process) throws Exception {
        CompletableFuture<URI> address = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines = new BufferedReader(
                            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            if (line.startsWith(LISTENING)) {
                                address.complete(URI.create(line.substring(LISTENING.length())));
                            }
                        }
                        address.completeExceptionally(new IOException("The browser has ended"));
                    } catch (IOException e) {
                        address.completeExceptionally(e);
                    }
                },
                "browser-output");
        reader.setDaemon(true);
        reader.start();
        return address.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static URI tab(HttpClient http, URI devTools) throws Exception {
        URI list = URI.create("http://" + devTools.getAuthority() + "/json/list");
        JsonNode targets =
                JSON.readTree(http.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                        .body());
        for (JsonNode target : targets) {
            if (target.path("type").asText().equals("page")) {
                return URI.create(target.path("webSocketDebuggerUrl").asText());
            }
        }
        throw new IOException("The browser has no tab: " + targets);
    }

    /** Sends a command and waits for its result. */
    JsonNode command(String method, Map<String, Object> parameters) throws Exception {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = listener.expect(id);
        socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        JsonNode message = answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (message.has("error")) {
            throw new IOException(method + ": " + message.get("error"));
        }
        return message.path("result");
    }

    void open(URI address) throws Exception {
        command("Page.navigate", Map.of("url", address.toString()));
    }

    /** The value of an expression on the page. */
    JsonNode evaluate(String expression) throws Exception {
        JsonNode result = command(
                "Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IOException(expression + ": " + result.get("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** What a person reads at an element. */
    String text(String selector) throws Exception {
        return evaluate("document.querySelector('" + selector + "')?.innerText ?? ''")
                .asText();
    }

    void press(String key, int code) throws Exception {
        String character = key.equals("Enter") ? "\r" : "";
        command(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "code", key, "text", character, "windowsVirtualKeyCode", code));
        command(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
    }

    /** Sets the size of the window, CSS pixels, and the colours that the person prefers: light or dark. */
    void show(int width, int height, String colours) throws Exception {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
    }

    /** The whole page, also what is below the window's edge. */
    void screenshot(Path file) throws Exception {
        JsonNode shot = command("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
    }

    /** What the browser complained of: errors of scripts, refusals of the content security policy, files that are missing. */
    List<String> complaints() {
        return List.copyOf(listener.complaints);
    }

    /** Addresses that were asked for. */
    List<String> requests() {
        return List.copyOf(listener.requests);
    }

    @Override
    public void close() throws Exception {
        // It deletes and writes files of its profile until it has ended.
        command("Browser.close", Map.of());
        socket.abort();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static final class Listener implements WebSocket.Listener {
        private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
        private final List<String> complaints = new CopyOnWriteArrayList<>();
        private final List<String> requests = new CopyOnWriteArrayList<>();
        private final StringBuilder message = new StringBuilder();

        CompletableFuture<JsonNode> expect(int id) {
            return waiting.computeIfAbsent(id, any -> new CompletableFuture<>());
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                try {
                    take(JSON.readTree(message.toString()));
                } catch (IOException e) {
                    complaints.add("Not JSON: " + e.getMessage());
                }
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void take(JsonNode node) {
            JsonNode params = node.path("params");
            if (node.has("id")) {
                expect(node.get("id").asInt()).complete(node);
            } else if (node.path("method").asText().equals("Runtime.exceptionThrown")) {
                complaints.add(params.path("exceptionDetails").toString());
            } else if (node.path("method").asText().equals("Network.requestWillBeSent")) {
                requests.add(params.path("request").path("url").asText());
            } else if (node.path("method").asText().equals("Log.entryAdded")
                    && params.path("entry").path("level").asText().equals("error")) {
                complaints.add(params.path("entry").path("text").asText());
            }
        }
    }
}
