package dev.touchstone.benchmarks.experiment;

import dev.touchstone.producers.cli.ProgressDisplay;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Confined to one thread. Shows how far an experiment is, in steps of the optimiser, and how long the rest will take. */
public final class Progress implements AutoCloseable {
    private final long total;
    private final Clock clock;
    private final Instant begin;
    private final ProgressDisplay display;
    private long done;
    private long known;

    /**
     * @param total steps in all
     * @param err where it is shown
     * @param clock for the time that is left
     */
    public Progress(long total, PrintWriter err, Clock clock) {
        this.total = total;
        this.clock = clock;
        begin = clock.instant();
        display = new ProgressDisplay("steps", total, ProgressDisplay.onTerminal(), err, clock);
    }

    /**
     * Counts the steps of a cell.
     *
     * @param known whether it was there before: it took no time now
     * @param what the cell is, for a person
     */
    public void add(CellResult result, boolean known, String what) {
        done += result.steps();
        this.known += known ? result.steps() : 0;
        long ours = done - this.known;
        display.show(
                done,
                done + " of " + total + " steps"
                        + (ours <= 0 ? "" : ", about " + Math.max(1, minutesLeft(ours)) + " min left") + "; " + what);
    }

    @Override
    public void close() {
        display.close();
    }

    private long minutesLeft(long ours) {
        return Math.round(Duration.between(begin, clock.instant()).toMillis() / 60_000.0 * (total - done) / ours);
    }
}
