package dev.touchstone.quickstart.replay;

import dev.touchstone.schemas.UserError;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Reads a moment as people write it. */
public final class Moment {
    private Moment() {}

    /**
     * A moment such as 2026-11-23T10:00:00Z, or so long before now as 45s, 30m, 2h, 1d, PT2H or P1D says.
     *
     * @throws UserError if the text is neither
     */
    public static Instant parse(String text, Instant now) {
        try {
            if (text.matches("\\d{1,9}[smh]")) {
                return now.minus(Duration.parse("PT" + text.toUpperCase(Locale.ROOT)));
            }
            if (text.matches("\\d{1,9}d|P.+")) {
                Duration back = Duration.parse(text.startsWith("P") ? text : "P" + text);
                if (!back.isNegative()) {
                    return now.minus(back);
                }
            } else {
                return Instant.parse(text);
            }
        } catch (DateTimeException | ArithmeticException e) {
            // Said below, with the others.
        }
        throw new UserError("'" + text + "' is no time: give one such as 2026-11-23T10:00:00Z, or how long ago it was,"
                + " such as 2h or P1D.");
    }
}
