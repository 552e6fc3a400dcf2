package dev.touchstone.trainer.report;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/** Not thread-safe. Warns once per minute and says how often it held its tongue in between. */
final class Warnings {
    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final Logger log;
    private final LongSupplier nanoTime;
    private boolean warned;
    private long warnedAt;
    private long unsaid;

    Warnings(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
    }

    void warn(String sentence) {
        long now = nanoTime.getAsLong();
        if (warned && now - warnedAt < QUIET) {
            unsaid++;
            return;
        }
        log.warn("{}{}", sentence, unsaid == 0 ? "" : " (" + unsaid + " such failures since the last warning)");
        warned = true;
        warnedAt = now;
        unsaid = 0;
    }
}
