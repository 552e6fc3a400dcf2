package dev.touchstone.quickstart.faults;

import dev.touchstone.quickstart.stack.KillablePart;
import dev.touchstone.testkit.verify.Stage;
import dev.touchstone.testkit.verify.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Confined to one thread. The kill loop on the scorer: two of them share the partitions while a trainer, whose every version
 * serves, keeps them exchanging models. One or the other is killed at random moments, and in the end one is stopped in mid-work
 * for longer than its session and its transaction last; then the broker is away for a while, and the registry. When
 * everything is out the topics are judged.
 */
public final class ScorerFaultRun {
    private static final String MODEL = "default";
    private static final int SCORERS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(25);
    private static final int SHORTEST_LIFE_MS = 300;
    private static final int LONGEST_LIFE_MS = 4_000;
    /** Completions that wait for the scorers, at least. */
    private static final int LEAD = 400;
    /** Pairs that wait for the trainer, at least. */
    private static final int PAIRS_AHEAD = 200;

    private final int kills;
    private final long seed;
    private final Duration outage;
    private final Bed bed;

    private final List<KillablePart> scorers = new ArrayList<>();
    private final List<String> troubles = new ArrayList<>();
    private final List<Double> starts = new ArrayList<>();
    private final List<ClusterOutage.Seen> outages = new ArrayList<>();
    private int hits;

    /**
     * @param kills kills that must hit a scorer at work, at least 1
     * @param seed decides whom and when it kills, and what is sent
     * @param outage how long the broker is away, and then the registry; zero for not at all
     * @param bed what it happens on
     */
    public ScorerFaultRun(int kills, long seed, Duration outage, Bed bed) {
        this.kills = kills;
        this.seed = seed;
        this.outage = outage;
        this.bed = bed;
    }

    /**
     * Does all of it.
     *
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good or does not serve at all
     */
    public FaultReport run() throws InterruptedException {
        long begin = System.nanoTime();
        bed.stack().startCluster();
        try (LineageWatch lineage = new LineageWatch(bed.kafka(), bed.topics());
                PairFeed pairs = new PairFeed(bed.kafka(), bed.topics(), seed, false, bed.clock());
                CompletionFeed completions = new CompletionFeed(bed.kafka(), bed.topics(), seed, bed.clock());
                OutputWatch watch = new OutputWatch(
                        bed.kafka(), bed.topics(), List.of(bed.topics().rewards()))) {
            KillablePart trainer = bed.stack().startTrainer("trainer", trainerSettings());
            Runnable supply = () -> {
                pairs.fillTo(lineage.consumed(MODEL) + PAIRS_AHEAD);
                completions.fillTo(watch.total() + LEAD);
            };
            supply.run();
            for (int i = 1; i <= SCORERS; i++) {
                scorers.add(bed.stack().startScorer("scorer-" + i, scorerSettings(i)));
            }
            boolean done = killAll(watch, completions, supply) && pauseOne(supply);
            if (done && !outage.isZero()) {
                // What a trainer does in an outage is not asked here.
                trainer.terminate();
                trainer.awaitEnd(LIMIT);
                takeAway(watch, () -> completions.fillTo(watch.total() + LEAD));
            }
            boolean allOut = done && bed.growth(LIMIT, watch::total, completions::sent);
            if (done && !allOut) {
                troubles.add("Nothing came out for " + LIMIT.toSeconds() + " s, with "
                        + (completions.sent() - watch.total()) + " records to come.");
            }
            if (done && scorers.get(0).awaitEnd(Duration.ZERO).isPresent()) {
                troubles.add("The scorer that was stopped ended when it went on.");
            }
            Verdict verdict = bed.judge(Stage.REWARDS, Duration.ZERO);
            return new ScorerObserved(
                            seed,
                            kills,
                            hits,
                            trainer.accidents()
                                    + scorers.stream()
                                            .mapToInt(KillablePart::accidents)
                                            .sum(),
                            completions.sent(),
                            watch.outputs(),
                            watch.deadLetters(),
                            watch.partitions(),
                            watch.partitionsWithOutput(),
                            watch.longestSilenceSeconds(),
                            starts,
                            outages,
                            (System.nanoTime() - begin) / 1e9,
                            verdict)
                    .report(troubles);
        }
    }

    private static Map<String, String> trainerSettings() {
        return Map.of(
                "TOUCHSTONE_TOPIC_PREFIX", "rm.",
                "TOUCHSTONE_MODEL_ID", MODEL,
                "TOUCHSTONE_GATE_ENABLED", "false",
                "TOUCHSTONE_CHECKPOINT_EVERY", "2s",
                "TOUCHSTONE_TENSORBOARD", "false");
    }

    private static Map<String, String> scorerSettings(int number) {
        return Map.of(
                "TOUCHSTONE_TOPIC_PREFIX",
                "rm.",
                "TOUCHSTONE_MODEL_ID",
                MODEL,
                "TOUCHSTONE_INSTANCE_ID",
                Integer.toString(number),
                "KAFKA_TRANSACTION_TIMEOUT_MS",
                Long.toString(TRANSACTION_TIMEOUT.toMillis()));
    }

    /** Kills until enough kills have hit live work; whether it came so far. */
    private boolean killAll(OutputWatch watch, CompletionFeed completions, Runnable supply)
            throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        while (hits < kills) {
            int number = random.nextInt(SCORERS);
            KillablePart victim = scorers.get(number);
            if (!serves(victim, number, supply)) {
                return false;
            }
            int life = random.nextInt(SHORTEST_LIFE_MS, LONGEST_LIFE_MS);
            bed.pass(Duration.ofMillis(life), supply);
            boolean hit = watch.total() < completions.sent();
            victim.kill();
            watch.killed(System.nanoTime());
            victim.start();
            long startedAt = System.nanoTime();
            hits += hit ? 1 : 0;
            bed.say(String.format(
                    Locale.ROOT,
                    "Kill %d of %d hits scorer %d after %.1f s of work: %d of %d records are out.",
                    hits,
                    kills,
                    number + 1,
                    life / 1e3,
                    watch.total(),
                    completions.sent()));
            if (!serves(victim, number, supply)) {
                return false;
            }
            starts.add((System.nanoTime() - startedAt) / 1e9);
        }
        return true;
    }

    private boolean serves(KillablePart scorer, int number, Runnable supply) throws InterruptedException {
        boolean serves = bed.until(LIMIT, () -> {
            supply.run();
            return scorer.isReady();
        });
        if (!serves) {
            troubles.add("Scorer " + (number + 1) + " did not serve within " + LIMIT.toSeconds() + " s.");
        }
        return serves;
    }

    /** The broker is away for a while, then the registry. Completions come before and after, and meanwhile where they can. */
    private void takeAway(OutputWatch watch, Runnable supply) throws InterruptedException {
        ClusterOutage away = new ClusterOutage(bed, scorers, watch::total);
        supply.run();
        outages.add(away.of("broker", bed.stack().broker(), outage, () -> {}, supply));
        outages.add(away.of("registry", bed.stack().registry(), outage, supply, supply));
    }

    /** One scorer is stopped in mid-work for longer than its session and its transaction last, and must go on well. */
    private boolean pauseOne(Runnable supply) throws InterruptedException {
        bed.say("Scorer 1 is stopped in mid-work for " + PAUSE.toSeconds() + " s; the other one takes over.");
        scorers.get(0).pause();
        bed.pass(PAUSE, supply);
        scorers.get(0).resume();
        return serves(scorers.get(0), 0, supply);
    }
}
