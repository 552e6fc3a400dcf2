package dev.touchstone.quickstart.demo;

import dev.touchstone.quickstart.stack.Stack;
import dev.touchstone.quickstart.stack.StackPlan;
import java.time.Duration;

/** The finite demonstration on a stack that is prepared and not yet started. */
public final class Demo {
    /** Without any progress for this long the demonstration has failed. */
    private static final Duration STALL = Duration.ofSeconds(120);

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
     * @param terminal whether progress goes to a terminal
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good
     */
    public Outcome run(int pairs, int completions, long seed, boolean terminal) throws InterruptedException {
        long startedAt = System.nanoTime();
        stack.start();
        Duration stretch = STRETCH_PER_RECORD.multipliedBy(pairs + (long) completions);
        try (StreamMonitor monitor = new StreamMonitor(plan.settings(), plan.topics(), startedAt);
                SimulatedInput input =
                        new SimulatedInput(plan.settings(), plan.topics(), seed, pairs, completions, stretch);
                DemoProgress progress = new DemoProgress(pairs + (long) completions, terminal)) {
            long moved = -1;
            long movedAt = System.nanoTime();
            while (true) {
                stack.throwIfFailed();
                input.throwIfFailed();
                Figures figures = monitor.figures();
                progress.show(figures);
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

    /** All in and all out: a pair is trained on, held out or dead; a completion has its reward. */
    private static boolean isComplete(Figures figures, int pairs, int completions) {
        return figures.pairs() >= pairs
                && figures.completions() >= completions
                && figures.trainedPairs() + figures.heldOutPairs() + figures.deadLetters() >= pairs
                && figures.distinctRewards() >= completions;
    }
}
