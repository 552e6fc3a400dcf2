package dev.touchstone.quickstart.demo;

import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.quickstart.stack.Stack;
import dev.touchstone.quickstart.stack.StackPlan;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;

/** The finite demonstration on a stack that is prepared and not yet started. */
public final class Demo {
    /** Without any progress for this long the demonstration has failed. */
    private static final Duration STALL = Duration.ofMinutes(2);

    private static final Duration STRETCH_PER_RECORD = Duration.ofMillis(12);

    private final StackPlan plan;
    private final Stack stack;

    /** @param stack the prepared stack; closing it is the caller's */
    public Demo(StackPlan plan, Stack stack) {
        this.plan = plan;
        this.stack = stack;
    }

    /**
     * What came of a demonstration.
     *
     * @param figures what the topics hold
     * @param complete whether every pair and every completion went all the way
     */
    public record Outcome(Figures figures, boolean complete) {}

    /**
     * Starts the stack, sends the records, and waits until all went through or nothing moves any more.
     *
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good
     */
    public Outcome run(int pairs, int completions, long seed) throws InterruptedException {
        long startedAt = System.nanoTime();
        stack.start();
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Duration stretch = STRETCH_PER_RECORD.multipliedBy(pairs + (long) completions);
        try (StreamMonitor monitor = new StreamMonitor(plan.settings(), plan.topics(), startedAt);
                SimulatedInput input =
                        new SimulatedInput(plan.settings(), plan.topics(), seed, pairs, completions, stretch);
                ProgressDisplay progress = new ProgressDisplay(
                        "demo", pairs + (long) completions, ProgressDisplay.onTerminal(), err, Clock.systemUTC())) {
            long moved = -1;
            long movedAt = System.nanoTime();
            while (true) {
                stack.throwIfFailed();
                input.throwIfFailed();
                Figures figures = monitor.figures();
                progress.show(figures.trainedPairs() + figures.heldOutPairs() + figures.rewards(), words(figures));
                if (isComplete(figures, pairs, completions)) {
                    return new Outcome(figures, true);
                }
                long moving = figures.pairs() + figures.critiquedPairs() + figures.trainedPairs() + figures.rewards();
                if (moving != moved) {
                    moved = moving;
                    movedAt = System.nanoTime();
                } else if (System.nanoTime() - movedAt > STALL.toNanos()) {
                    return new Outcome(figures, false);
                }
                Thread.sleep(250);
            }
        }
    }

    private static String words(Figures figures) {
        Double accuracy = figures.prequentialAccuracy();
        return String.format(
                Locale.ROOT,
                "%.0f s, %d critiqued, %d trained on, %d rewards, accuracy %s",
                figures.seconds(),
                figures.critiquedPairs(),
                figures.trainedPairs(),
                figures.rewards(),
                accuracy == null ? "-" : String.format(Locale.ROOT, "%.3f", accuracy));
    }

    /** All in and all out: a pair is trained on, held out or dead; a completion has its reward. */
    private static boolean isComplete(Figures figures, int pairs, int completions) {
        return figures.pairs() >= pairs
                && figures.completions() >= completions
                && figures.trainedPairs() + figures.heldOutPairs() + figures.deadLetters() >= pairs
                && figures.distinctRewards() >= completions;
    }
}
