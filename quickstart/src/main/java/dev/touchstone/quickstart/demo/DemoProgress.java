package dev.touchstone.quickstart.demo;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. Shows how far the work is: a bar on a terminal, a line every few seconds elsewhere; on standard error. */
final class DemoProgress implements AutoCloseable {
    private static final long LINE_EVERY_NANOS = 5_000_000_000L;

    private final long total;
    private final @Nullable ProgressBar bar;
    private long nextLineAt = System.nanoTime();

    DemoProgress(long total, boolean terminal) {
        this.total = total;
        bar = terminal
                ? new ProgressBarBuilder()
                        .setTaskName("pairs + completions")
                        .setInitialMax(total)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(500)
                        .build()
                : null;
    }

    void show(Figures figures) {
        long done = figures.trainedPairs() + figures.heldOutPairs() + figures.rewards();
        String details = String.format(
                Locale.ROOT,
                "%d critiqued, %d trained on, %d rewards, accuracy %s",
                figures.critiquedPairs(),
                figures.trainedPairs(),
                figures.rewards(),
                figures.prequentialAccuracy() == null
                        ? "-"
                        : String.format(Locale.ROOT, "%.3f", figures.prequentialAccuracy()));
        if (bar != null) {
            bar.stepTo(done).setExtraMessage(details);
        } else if (System.nanoTime() >= nextLineAt) {
            System.err.printf(Locale.ROOT, "%6.1f s  %d of %d done: %s%n", figures.seconds(), done, total, details);
            nextLineAt = System.nanoTime() + LINE_EVERY_NANOS;
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
