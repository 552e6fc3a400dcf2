package dev.touchstone.testkit.llm;

import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Thread-safe. A script that answers 429 once so many calls have arrived within a window, as real endpoints do. The window
 * slides, and calls that were refused do not count.
 */
public final class RateLimit implements Function<Call, Behaviour> {
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final int limit;
    private final Duration window;
    private final RetryAfter form;
    private final Function<Call, Behaviour> script;
    private final Deque<Instant> admitted = new ArrayDeque<>();

    /** How a refusal says when to come again. */
    public enum RetryAfter {
        /** In whole seconds, rounded up. */
        SECONDS,
        /** As an HTTP date, rounded up to the second. */
        DATE,
        /** Not at all. */
        NONE
    }

    /**
     * @param limit calls per window, 1 or more
     * @param window length of the window, above 0
     * @param form of Retry-After
     * @param script what is done to the calls within the limit
     * @throws IllegalArgumentException if limit or window are out of their ranges
     */
    public RateLimit(int limit, Duration window, RetryAfter form, Function<Call, Behaviour> script) {
        FakeLlm.require(limit > 0, "the limit is below 1");
        FakeLlm.require(!window.isNegative() && !window.isZero(), "the window is not positive");
        this.limit = limit;
        this.window = window;
        this.form = form;
        this.script = script;
    }

    @Override
    public Behaviour apply(Call call) {
        Instant now = call.arrivedAt();
        Instant free = admit(now);
        return free.isAfter(now) ? refusal(now, free) : script.apply(call);
    }

    /** When there is room for a call that arrived now: now if it is admitted. */
    private synchronized Instant admit(Instant now) {
        while (!admitted.isEmpty() && !admitted.getFirst().plus(window).isAfter(now)) {
            admitted.removeFirst();
        }
        if (admitted.size() == limit) {
            return admitted.getFirst().plus(window);
        }
        admitted.addLast(now);
        return now;
    }

    private Behaviour refusal(Instant now, Instant free) {
        Map<String, String> headers = switch (form) {
            case SECONDS -> Map.of("Retry-After", Long.toString(seconds(Duration.between(now, free))));
            case DATE ->
                Map.of(
                        "Retry-After",
                        HTTP_DATE.format(Instant.ofEpochSecond(seconds(Duration.between(Instant.EPOCH, free)))));
            case NONE -> Map.of();
        };
        String body = FakeLlm.error(429, "rate_limit_exceeded", "Rate limit reached: " + limit + " calls in " + window)
                .body();
        return new Behaviour.Status(429, headers, body);
    }

    private static long seconds(Duration time) {
        return time.plusNanos(999_999_999).toSeconds();
    }
}
