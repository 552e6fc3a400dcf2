package dev.touchstone.quickstart.faults;

import dev.touchstone.quickstart.stack.KillablePart;
import dev.touchstone.quickstart.stack.StackPlan;
import dev.touchstone.testkit.llm.FakeLlm;
import dev.touchstone.testkit.verify.Stage;
import dev.touchstone.testkit.verify.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Confined to one thread. The kill loop on critique-stream: the packaged service works for a fake LLM in this process, is
 * killed at random moments of its work and started again at once. When it has done everything the topics are judged and the
 * calls that were made twice are counted.
 */
public final class CritiqueFaultRun {
    private static final Duration LIVE_WITHIN = Duration.ofMinutes(2);
    private static final Duration STALL = Duration.ofMinutes(2);
    private static final Duration VERIFY_WAIT = Duration.ofSeconds(30);
    private static final int SHORTEST_LIFE_MS = 500;
    private static final int LONGEST_LIFE_MS = 5_000;

    private final FaultPlan plan;
    private final Bed bed;

    private final List<String> troubles = new ArrayList<>();
    private final List<Integer> inFlight = new ArrayList<>();

    /**
     * @param bed what it happens on
     */
    public CritiqueFaultRun(FaultPlan plan, Bed bed) {
        this.plan = plan;
        this.bed = bed;
    }

    /**
     * Does all of it.
     *
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good or does not serve at all
     */
    public FaultReport run() throws InterruptedException {
        ScriptedCritic critic = new ScriptedCritic(plan.seed(), plan.latency(), System::nanoTime);
        try (FakeLlm llm = FakeLlm.start(call -> critic.answer(call.userMessage()))) {
            bed.stack().startCluster();
            KillablePart service =
                    bed.stack().startCritiqueStream(new StackPlan.Critic(llm.baseUrl(), "fake", ""), settings());
            long begin = System.nanoTime();
            try (OutputWatch watch = new OutputWatch(
                            bed.kafka(),
                            bed.topics(),
                            List.of(bed.topics().critiquedPairs(), bed.topics().critiquedCompletions()));
                    LoadFeed feed = new LoadFeed(plan, bed.kafka(), bed.topics(), bed.clock(), watch::total)) {
                boolean allKilled = killAll(critic, service, watch, feed);
                feed.end();
                boolean allOut = allKilled && awaitEverythingOut(watch, feed);
                Verdict verdict = bed.judge(Stage.CRITIQUES, allOut ? VERIFY_WAIT : Duration.ZERO);
                CritiqueObserved seen = new CritiqueObserved(
                        inFlight,
                        service.accidents(),
                        feed.pairs(),
                        feed.completions(),
                        watch.outputs(),
                        watch.deadLetters(),
                        watch.partitions(),
                        watch.partitionsWithOutput(),
                        watch.recoveries(),
                        watch.longestSilenceSeconds(),
                        watch.commitSeconds(),
                        critic.counts(),
                        (System.nanoTime() - begin) / 1e9,
                        verdict);
                return seen.report(plan, troubles);
            }
        }
    }

    private Map<String, String> settings() {
        return Map.of(
                "TOUCHSTONE_TOPIC_PREFIX", "rm.",
                "TOUCHSTONE_INSTANCE_ID", "faults",
                "TOUCHSTONE_COMMIT_INTERVAL", FaultPlan.COMMIT_INTERVAL.toMillis() + "ms",
                "TOUCHSTONE_CRITIC_MAX_IN_FLIGHT", Integer.toString(plan.maxInFlight()),
                "TOUCHSTONE_CRITIC_BACKOFF_BASE", "200ms",
                "TOUCHSTONE_CRITIC_BACKOFF_CAP", "2s");
    }

    /** Kills until enough kills have hit live work; whether it came so far. */
    private boolean killAll(ScriptedCritic critic, KillablePart service, OutputWatch watch, LoadFeed feed)
            throws InterruptedException {
        SplittableRandom random = new SplittableRandom(plan.seed());
        int hits = 0;
        while (hits < plan.kills() && inFlight.size() < 2 * plan.kills() + 5) {
            if (!bed.until(LIVE_WITHIN, () -> critic.callsOfThisLife() > 0)) {
                troubles.add("The service made no call within " + LIVE_WITHIN.toSeconds() + " s of its start.");
                return false;
            }
            int life = random.nextInt(SHORTEST_LIFE_MS, LONGEST_LIFE_MS);
            Thread.sleep(life);
            bed.stack().throwIfFailed();
            int calls = critic.inFlight();
            long at = System.nanoTime();
            service.kill();
            watch.killed(at);
            service.start();
            // Not before: requests may still have lain in a socket. The new process makes none so soon.
            critic.newLife();
            inFlight.add(calls);
            hits += calls > 0 ? 1 : 0;
            bed.say(String.format(
                    Locale.ROOT,
                    "Kill %d of %d after %.1f s of work: %d calls in flight%s; %d of %d records are out.",
                    hits,
                    plan.kills(),
                    life / 1e3,
                    calls,
                    calls > 0 ? "" : ", so it does not count",
                    watch.total(),
                    feed.expected()));
        }
        return hits >= plan.kills();
    }

    private boolean awaitEverythingOut(OutputWatch watch, LoadFeed feed) throws InterruptedException {
        long begin = watch.total();
        if (!bed.growth(STALL, watch::total, () -> feed.hasEnded() ? feed.expected() : Long.MAX_VALUE)) {
            troubles.add("Nothing came out for " + STALL.toSeconds() + " s, with " + (feed.expected() - watch.total())
                    + " records to come.");
            return false;
        }
        bed.say("Everything is out, " + (watch.total() - begin) + " records of it since the feed ended.");
        return true;
    }
}
