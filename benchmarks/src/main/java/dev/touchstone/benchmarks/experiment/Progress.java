package dev.touchstone.benchmarks.experiment;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Confined to one thread. How far an experiment is, in steps of the optimiser, and how long the rest will take. */
public final class Progress {
    private final long total;
    private final Clock clock;
    private final Instant begin;
    private long done;
    private long known;

    /**
     * @param total steps in all
     * @param clock for the time that is left
     */
    public Progress(long total, Clock clock) {
        this.total = total;
        this.clock = clock;
        begin = clock.instant();
    }

    /**
     * Counts the steps of a cell.
     *
     * @param known whether it was there before: it took no time now
     */
    public void add(CellResult result, boolean known) {
        done += result.steps();
        this.known += known ? result.steps() : 0;
    }

    /** Steps so far. */
    public long done() {
        return done;
    }

    /** For a person. */
    public String words() {
        long ours = done - known;
        return done + " of " + total + " steps"
                + (ours <= 0 ? "" : ", about " + Math.max(1, minutesLeft(ours)) + " min left");
    }

    private long minutesLeft(long ours) {
        return Math.round(elapsed().toMillis() / 60_000.0 * (total - done) / ours);
    }

    private Duration elapsed() {
        return Duration.between(begin, clock.instant());
    }
}
