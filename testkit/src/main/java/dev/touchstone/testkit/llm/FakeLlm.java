package dev.touchstone.testkit.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe. An HTTP server on loopback that speaks OpenAI's chat completions and does to each call what a script says. It
 * logs every call, so that a test can count what was asked, how much at once, how fast, how often the same, and for how much.
 *
 * <p>A script is a function from calls to behaviours. It runs on the thread of the call's connection: calls run it at the same
 * time, and it may block. {@link RandomFaults}, {@link RateLimit} and {@link RefusedFormats} are scripts around a script.
 */
public final class FakeLlm implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CallLog log;
    private final HttpListener listener;

    /** Thread-safe. One call: what was asked, and how it ended once it has. */
    public static final class Call {
        private final int number;
        private final Instant arrivedAt;
        private final String authorization;
        private final ChatRequest asked;
        private volatile byte @Nullable [] body;
        private volatile @Nullable CallEnd end;

        Call(int number, Instant arrivedAt, String authorization, ChatRequest asked, byte[] body) {
            this.number = number;
            this.arrivedAt = arrivedAt;
            this.authorization = authorization;
            this.asked = asked;
            this.body = body;
        }

        /** From 1, in order of arrival. */
        public int number() {
            return number;
        }

        /** When the whole request had been read. */
        public Instant arrivedAt() {
            return arrivedAt;
        }

        /** The Authorization header, empty if there is none. */
        public String authorization() {
            return authorization;
        }

        /** The model that was asked. */
        public String model() {
            return asked.model();
        }

        /** Hash of the content of the last message, as {@link FakeLlm#hash} gives it. */
        public String contentHash() {
            return asked.contentHash();
        }

        /** Tokens of all messages, as this server counts them: a quarter of the characters, 1 or more. */
        public int promptTokens() {
            return asked.promptTokens();
        }

        /**
         * The JSON body, parsed anew at each call of this.
         *
         * @throws IllegalStateException if many calls came since and the body was dropped
         */
        public JsonNode request() {
            byte[] kept = body;
            if (kept == null) {
                throw new IllegalStateException("The body of call " + number
                        + " is no longer kept: start the fake LLM with more kept bodies, or use contentHash().");
            }
            try {
                return JSON.readTree(kept);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * The content of the last message.
         *
         * @throws IllegalStateException as {@link #request} does
         */
        public String userMessage() {
            JsonNode messages = request().path("messages");
            return messages.path(messages.size() - 1).path("content").asText();
        }

        /** How it ended; empty while it is in flight. */
        public Optional<CallEnd> end() {
            return Optional.ofNullable(end);
        }

        ChatRequest asked() {
            return asked;
        }

        void dropBody() {
            body = null;
        }

        void end(CallEnd how) {
            end = how;
        }
    }

    private FakeLlm(Function<Call, Behaviour> script, LlmSettings settings) throws IOException {
        log = new CallLog(settings);
        listener = new HttpListener(settings.port(), new ChatHandler(script, log));
    }

    /** Starts a server on a free port of loopback, without prices. */
    public static FakeLlm start(Function<Call, Behaviour> script) {
        return start(script, LlmSettings.DEFAULTS);
    }

    /**
     * Starts a server on loopback.
     *
     * @throws UncheckedIOException if the port is taken
     */
    public static FakeLlm start(Function<Call, Behaviour> script, LlmSettings settings) {
        try {
            return new FakeLlm(script, settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A behaviour that answers at once. */
    public static Behaviour answer(String content) {
        return new Behaviour.Answer(content, Duration.ZERO);
    }

    /**
     * A behaviour that answers with an error in OpenAI's shape.
     *
     * @param status the HTTP status
     * @param code name of the error, such as {@code rate_limit_exceeded}
     * @param message text of the error
     */
    public static Behaviour.Status error(int status, String code, String message) {
        ObjectNode body = JSON.createObjectNode();
        body.putObject("error").put("message", message).put("type", code).put("code", code);
        return new Behaviour.Status(status, Map.of(), body.toString());
    }

    /** A critique in the shape that the project asks for, every verdict good. */
    public static String critique(String text) {
        ObjectNode critique = JSON.createObjectNode().put("critique", text);
        for (String aspect : List.of("instruction_following", "correctness", "style")) {
            critique.withArray("verdicts").addObject().put("aspect", aspect).put("verdict", "good");
        }
        return critique.toString();
    }

    /** The hash under which a message's content is counted: SHA-256 of its UTF-8, in hexadecimal. */
    public static String hash(String content) {
        return ChatRequest.hash(content);
    }

    /** Base address, ending in {@code /v1}. It stays the same while the server does not listen. */
    public String baseUrl() {
        return "http://127.0.0.1:" + listener.port() + "/v1";
    }

    /** Begins an outage: every connection is reset, and new ones are refused. */
    public void stopListening() {
        listener.stop();
    }

    /** Ends an outage: the server listens again, on the same port. */
    public void listen() {
        try {
            listener.listen();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every call so far, in order of arrival. Those in flight show their end when they have one. */
    public List<Call> calls() {
        return log.calls();
    }

    /** Number of calls so far: those in flight and those that ended. */
    public int callCount() {
        return log.callCount();
    }

    /** Number of calls that ended, in whatever way. */
    public int finishedCount() {
        return log.finishedCount();
    }

    /** Number of calls in flight: arrived, with neither the last of the answer sent nor the connection closed. */
    public int inFlight() {
        return log.inFlight();
    }

    /** The largest number of calls that were in flight at one time. */
    public int mostInFlight() {
        return log.mostInFlight();
    }

    /**
     * The largest number of calls that arrived within any window of some length. Arrivals are taken when the server has read
     * the call: on a busy machine a few calls bunch up, and look faster than they were sent.
     */
    public long mostPerWindow(Duration window) {
        return log.mostPerWindow(window);
    }

    /** The largest number of tokens, prompt and answer, paid for the calls that arrived within any window of some length. */
    public long mostTokensPerWindow(Duration window) {
        return log.mostTokensPerWindow(window);
    }

    /** How often each content of a last message was asked, by {@link #hash}. */
    public Map<String, Integer> callsPerContent() {
        return log.callsPerContent();
    }

    /** What all calls cost, in the currency of the prices. */
    public BigDecimal spent() {
        return log.spentBetween(Instant.MIN, Instant.MAX);
    }

    /** What the calls cost that arrived from one instant until before another. */
    public BigDecimal spentBetween(Instant from, Instant to) {
        return log.spentBetween(from, to);
    }

    /** Resets every connection and gives the port back. The log stays. */
    @Override
    public void close() {
        listener.close();
    }

    static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
