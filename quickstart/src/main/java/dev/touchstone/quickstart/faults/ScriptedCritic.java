package dev.touchstone.quickstart.faults;

import dev.touchstone.testkit.llm.Behaviour;
import dev.touchstone.testkit.llm.FakeLlm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Thread-safe. What the fake LLM does, and what it counts. Every text has a number; the seed and the number decide its fate:
 * most texts are answered at once, some fail once or twice first, a few are refused whenever they are asked for. So the calls
 * of a text that are neither the first nor the next one after a failure were made again for nothing.
 */
final class ScriptedCritic {
    private static final Pattern NUMBER = Pattern.compile("Text number (\\d+)");

    private final long seed;
    private final Duration latency;
    private final LongSupplier nanoTime;

    private final Map<Long, Integer> callsOfText = new HashMap<>();
    /** When answers to the process that lives now are due, by {@link #nanoTime}. */
    private final List<Long> due = new ArrayList<>();

    private long calls;
    private long failed;
    private long answered;
    private long answerNanos;
    private long callsOfThisLife;

    private enum Fate {
        REFUSED(0.03, 0),
        BROKEN_ONCE(0.04, 1),
        BROKEN_TWICE(0.01, 2),
        LIMITED_ONCE(0.03, 1),
        GARBAGE_ONCE(0.03, 1),
        ANSWERED(1, 0);

        private final double share;
        private final int failures;

        Fate(double share, int failures) {
            this.share = share;
            this.failures = failures;
        }

        static Fate of(double dice) {
            double passed = 0;
            for (Fate fate : values()) {
                passed += fate.share;
                if (dice < passed) {
                    return fate;
                }
            }
            return ANSWERED;
        }
    }

    /**
     * @param latency mean latency of an answer
     * @param nanoTime a clock such as {@link System#nanoTime()}
     */
    ScriptedCritic(long seed, Duration latency, LongSupplier nanoTime) {
        this.seed = seed;
        this.latency = latency;
        this.nanoTime = nanoTime;
    }

    /** A text that the script can tell from every other. */
    static String text(long number, String words) {
        return "Text number " + number + ": " + words;
    }

    /** @param message the user's message of a call, with one text in it */
    synchronized Behaviour answer(String message) {
        Matcher matcher = NUMBER.matcher(message);
        if (!matcher.find()) {
            throw new IllegalStateException("A call without a text of ours");
        }
        long number = Long.parseLong(matcher.group(1));
        int call = callsOfText.merge(number, 1, Integer::sum);
        calls++;
        callsOfThisLife++;
        SplittableRandom random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + number);
        Fate fate = Fate.of(random.nextDouble());
        boolean fails = call <= fate.failures;
        if (fails) {
            failed++;
        }
        if (fate == Fate.REFUSED) {
            return new Behaviour.Status(413, Map.of(), "");
        }
        if (fails && fate == Fate.LIMITED_ONCE) {
            return new Behaviour.Status(429, random.nextBoolean() ? Map.of("Retry-After", "1") : Map.of(), "");
        }
        if (fails && fate != Fate.GARBAGE_ONCE) {
            return new Behaviour.Status(503, Map.of(), "");
        }
        long nanos = (long) (latency.toNanos() * (0.5 + random.nextDouble()));
        answered++;
        answerNanos += nanos;
        due.add(nanoTime.getAsLong() + nanos);
        String content = fails ? "I had rather talk about the weather." : FakeLlm.critique("It does what it should.");
        return new Behaviour.Answer(content, Duration.ofNanos(nanos));
    }

    /** The process that called is gone: its calls are in flight no more. */
    synchronized void newLife() {
        due.clear();
        callsOfThisLife = 0;
    }

    synchronized long callsOfThisLife() {
        return callsOfThisLife;
    }

    /** Calls of the process that lives now whose answers are not due yet. */
    synchronized int inFlight() {
        long now = nanoTime.getAsLong();
        due.removeIf(at -> at - now <= 0);
        return due.size();
    }

    /** What was counted so far. */
    synchronized Counts counts() {
        return new Counts(calls, callsOfText.size(), failed, answered == 0 ? 0 : answerNanos / 1e9 / answered);
    }

    /**
     * Calls at the LLM.
     *
     * @param calls every call
     * @param texts different texts asked for
     * @param failed calls that failed on purpose, and so had to be made again
     * @param latencySeconds mean latency of the calls that were answered
     */
    record Counts(long calls, long texts, long failed, double latencySeconds) {
        /** Calls that were made again for no other reason than a kill. */
        long repeated() {
            return calls - texts - failed;
        }
    }
}
