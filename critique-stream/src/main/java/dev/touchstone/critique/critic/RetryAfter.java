package dev.touchstone.critique.critic;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** The header Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date. */
final class RetryAfter {
    /** A longer wait than this is asked for by mistake or by malice. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private RetryAfter() {}

    /** How long to wait, 0 to 1 hour; null where the header is absent or makes no sense. */
    static @Nullable Duration of(HttpHeaders headers, Instant now) {
        String value = headers.firstValue("retry-after").map(String::strip).orElse("");
        Duration wait = value.matches("\\d{1,9}(\\.\\d{1,9})?") ? seconds(value) : until(value, now);
        if (wait == null) {
            return null;
        }
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    private static Duration seconds(String value) {
        return Duration.ofMillis((long) Math.ceil(Double.parseDouble(value) * 1_000));
    }

    private static @Nullable Duration until(String value, Instant now) {
        try {
            return Duration.between(
                    now,
                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException e) {
            return null;
        }
    }
}
