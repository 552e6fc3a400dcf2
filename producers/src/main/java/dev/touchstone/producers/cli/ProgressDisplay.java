package dev.touchstone.producers.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Confined to one thread. Shows how far work is: a bar on a terminal, elsewhere a line every few seconds. */
public final class ProgressDisplay implements AutoCloseable {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final String task;
    private final PrintWriter err;
    private final Clock clock;
    private final @Nullable ProgressBar bar;
    private Instant nextLine;

    /**
     * @param task what is done, in a word or two
     * @param total how much there is to do; -1 where that is not known
     * @param terminal whether a person watches
     */
    public ProgressDisplay(String task, long total, boolean terminal, PrintWriter err, Clock clock) {
        this.task = task;
        this.err = err;
        this.clock = clock;
        this.nextLine = clock.instant().plus(BETWEEN_LINES);
        this.bar = !terminal
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setConsumer(new ConsoleProgressBarConsumer(System.err))
                        .build();
    }

    /** Whether standard error is most likely a terminal. */
    @SuppressWarnings("SystemConsoleNull") // both answers are handled
    public static boolean onTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try { // From Java 22 on there is always a console; this method of its says whether it is a terminal.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true; // Java 17 to 21: there is one only on a terminal.
        }
    }

    /**
     * Says how far work is.
     *
     * @param done in the unit of the total
     * @param words the same in words, for the line
     */
    public void show(long done, String words) {
        if (bar != null) {
            bar.stepTo(done);
            bar.setExtraMessage(words);
        } else if (!clock.instant().isBefore(nextLine)) {
            nextLine = clock.instant().plus(BETWEEN_LINES);
            err.println(task + ": " + words);
            err.flush();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
