package dev.touchstone.quickstart.faults;

import dev.touchstone.quickstart.retrain.RetrainProcess;
import dev.touchstone.quickstart.stack.KillablePart;
import dev.touchstone.testkit.verify.Stage;
import dev.touchstone.testkit.verify.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Confined to one thread. The kill loop on the trainer, with two models on one log. The first learns while the log grows; then
 * its trainer is stopped in mid-work for longer than a transaction may last, and another one takes the model over. The second
 * model learns from the finished log, with time cuts off. Both trainers are killed at random moments, of their start too. In
 * the end each model is built again, the first along its ledger, the second from the log alone, and compared bit by bit.
 */
public final class TrainerFaultRun {
    /** Learns while the log grows. */
    static final String LIVE = "live";
    /** Learns from the finished log. */
    static final String FINISHED = "finished";

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration GRACE = Duration.ofSeconds(40);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
    private static final int SHORTEST_LIFE_MS = 300;
    private static final int LONGEST_LIFE_MS = 4_000;
    /** One life of so many ends while the trainer starts. */
    private static final int STILLBORN = 6;
    /** Records that wait for the trainer, at least. */
    private static final int LEAD = 500;
    /** Records for each life of the second model: it must not come to the end of the log before its last kill. */
    private static final int RECORDS_PER_LIFE = 400;

    /** Records a second while another trainer takes over: work for it, and no more to be built again in the end than needed. */
    private static final int TRICKLE_PER_SECOND = 25;

    private static final int BATCH_PAIRS = 32;

    private final int kills;
    private final long seed;
    private final Bed bed;
    private final SplittableRandom random;

    private final List<String> troubles = new ArrayList<>();
    private int hits;
    private int stillborn;
    private int accidents;

    /**
     * @param kills kills that must hit a trainer at work, at least 2; half of them for each model
     * @param seed decides when it kills and what is sent
     * @param bed what it happens on
     */
    public TrainerFaultRun(int kills, long seed, Bed bed) {
        this.kills = kills;
        this.seed = seed;
        this.bed = bed;
        random = new SplittableRandom(seed);
    }

    /**
     * Does all of it.
     *
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good or does not serve at all
     */
    public FaultReport run() throws InterruptedException, IOException {
        long begin = System.nanoTime();
        bed.stack().startCluster();
        try (LineageWatch watch = new LineageWatch(bed.kafka(), bed.topics());
                PairFeed feed = new PairFeed(bed.kafka(), bed.topics(), seed, true, bed.clock())) {
            boolean done = liveModel(watch, feed) && finishedModel(watch, feed);
            RetrainProcess.Result live = rebuilt(LIVE, false, done);
            RetrainProcess.Result finished = rebuilt(FINISHED, true, done);
            Verdict verdict = bed.judge(Stage.LINEAGE, Duration.ZERO);
            return new TrainerObserved(
                            seed,
                            kills,
                            hits,
                            stillborn,
                            accidents,
                            feed.sent(),
                            watch.versions(LIVE),
                            watch.versions(FINISHED),
                            watch.recoveries(),
                            live,
                            finished,
                            (System.nanoTime() - begin) / 1e9,
                            verdict)
                    .report(troubles);
        }
    }

    /** Whether it came to its end. */
    private boolean liveModel(LineageWatch watch, PairFeed feed) throws InterruptedException {
        KillablePart trainer = bed.stack().startTrainer(LIVE, settings(LIVE));
        // The stream runs dry once, so that there is a cut by time, and the two models are not the same.
        feed.fillTo(BATCH_PAIRS * 3 / 2);
        if (!learnt(LIVE, watch, feed, 0)) {
            return false;
        }
        int wanted = (kills + 1) / 2;
        Runnable supply = () -> feed.fillTo(watch.consumed(LIVE) + LEAD);
        boolean killed = killAll(LIVE, trainer, wanted, watch, feed, supply);
        if (!killed || !awaitWork(LIVE, trainer, watch, feed, supply)) {
            return false;
        }
        KillablePart second = replaced(trainer, watch, feed);
        feed.fillTo(Math.max(feed.sent(), (kills / 2 + 1) * (long) RECORDS_PER_LIFE));
        boolean ended = learnt(LIVE, watch, feed, 0) && stopped(LIVE, second);
        accidents += trainer.accidents() + second.accidents();
        return ended;
    }

    /** Whether it came to its end. */
    private boolean finishedModel(LineageWatch watch, PairFeed feed) throws InterruptedException {
        Map<String, String> settings = new HashMap<>(settings(FINISHED));
        settings.put("TOUCHSTONE_IDLE", "0s");
        KillablePart trainer = bed.stack().startTrainer(FINISHED, settings);
        boolean killed = killAll(FINISHED, trainer, kills / 2, watch, feed, () -> {});
        boolean ended = killed
                && learnt(FINISHED, watch, feed, BATCH_PAIRS - 1) // the rest is no full micro-batch
                && stopped(FINISHED, trainer);
        if (ended && !bed.until(GRACE, () -> watch.consumed(FINISHED) == feed.sent())) {
            troubles.add("The last checkpoint of the model '" + FINISHED + "' is not at the end of the log.");
        }
        accidents += trainer.accidents();
        return ended;
    }

    private static Map<String, String> settings(String model) {
        return Map.of(
                "TOUCHSTONE_TOPIC_PREFIX", "rm.",
                "TOUCHSTONE_MODEL_ID", model,
                "TOUCHSTONE_BATCH_PAIRS", Integer.toString(BATCH_PAIRS),
                // Often, so that kills hit checkpoints as well as steps.
                "TOUCHSTONE_CHECKPOINT_EVERY", "2s",
                "TOUCHSTONE_CHECKPOINT_BATCHES", "4",
                "TOUCHSTONE_TENSORBOARD", "false",
                "KAFKA_TRANSACTION_TIMEOUT_MS", Long.toString(TRANSACTION_TIMEOUT.toMillis()));
    }

    /** Kills until enough kills have hit live work; whether it came so far. */
    private boolean killAll(
            String model, KillablePart trainer, int wanted, LineageWatch watch, PairFeed feed, Runnable supply)
            throws InterruptedException {
        int hitsHere = 0;
        while (hitsHere < wanted) {
            boolean bornDead = random.nextInt(STILLBORN) == 0;
            if (!bornDead && !awaitWork(model, trainer, watch, feed, supply)) {
                return false;
            }
            int life = random.nextInt(SHORTEST_LIFE_MS, LONGEST_LIFE_MS);
            bed.pass(Duration.ofMillis(life), supply);
            boolean hit = !bornDead && watch.consumed(model) < feed.sent();
            trainer.kill();
            watch.killed();
            trainer.start();
            hitsHere += hit ? 1 : 0;
            hits += hit ? 1 : 0;
            stillborn += bornDead ? 1 : 0;
            bed.say(String.format(
                    Locale.ROOT,
                    "Kill %d of %d after %.1f s of %s: model '%s' is at version %d, with %d of %d records.",
                    hits,
                    kills,
                    life / 1e3,
                    bornDead ? "its start" : "work",
                    model,
                    watch.versions(model),
                    watch.consumed(model),
                    feed.sent()));
        }
        return true;
    }

    private boolean awaitWork(String model, KillablePart trainer, LineageWatch watch, PairFeed feed, Runnable supply)
            throws InterruptedException {
        boolean ready = bed.until(LIMIT, () -> {
            supply.run();
            return trainer.isReady();
        });
        if (!ready) {
            troubles.add("The trainer of '" + model + "' did not serve within " + LIMIT.toSeconds() + " s.");
        } else if (watch.consumed(model) >= feed.sent()) {
            troubles.add("The trainer of '" + model + "' came to the end of the log before its last kill.");
            return false;
        }
        return ready;
    }

    /** The trainer is stopped in mid-work for longer than a transaction may last; another one takes over. Gives the other. */
    private KillablePart replaced(KillablePart trainer, LineageWatch watch, PairFeed feed) throws InterruptedException {
        bed.say("The trainer of '" + LIVE + "' is stopped in mid-work, and another one started.");
        trainer.pause();
        long pausedAt = System.nanoTime();
        KillablePart second = bed.stack().startTrainer(LIVE + "-2", settings(LIVE));
        int versions = watch.versions(LIVE);
        long sent = feed.sent();
        boolean goesOn = bed.until(LIMIT, () -> {
            feed.fillTo(sent + (System.nanoTime() - pausedAt) * TRICKLE_PER_SECOND / 1_000_000_000);
            return watch.versions(LIVE) > versions + 1
                    && System.nanoTime() - pausedAt
                            > TRANSACTION_TIMEOUT.multipliedBy(2).toNanos();
        });
        if (!goesOn) {
            troubles.add("A second trainer did not take the model over.");
        }
        feed.fillTo(watch.consumed(LIVE) + LEAD);
        trainer.resume();
        OptionalInt code = trainer.awaitEnd(Duration.ofMinutes(1));
        if (code.isEmpty() || code.getAsInt() != 1) {
            troubles.add("A trainer that was stopped and replaced did not end with code 1 when it went on: "
                    + (code.isEmpty() ? "it lives." : "it ended with " + code.getAsInt() + "."));
        }
        return second;
    }

    /** Whether all of the log but so many records is learnt and published. */
    private boolean learnt(String model, LineageWatch watch, PairFeed feed, int butFor) throws InterruptedException {
        boolean learnt = bed.growth(LIMIT, () -> watch.consumed(model), () -> feed.sent() - butFor);
        if (!learnt) {
            troubles.add("The trainer of '" + model + "' published nothing for " + LIMIT.toSeconds() + " s.");
        }
        return learnt;
    }

    private boolean stopped(String model, KillablePart trainer) throws InterruptedException {
        trainer.terminate();
        OptionalInt code = trainer.awaitEnd(GRACE);
        if (code.isPresent() && (code.getAsInt() == 0 || code.getAsInt() == 143)) {
            return true;
        }
        troubles.add("The trainer of '" + model + "' did not end well when it was told to: "
                + (code.isEmpty() ? "it lives." : "code " + code.getAsInt() + "."));
        return false;
    }

    private RetrainProcess.Result rebuilt(String model, boolean fromScratch, boolean worthIt)
            throws InterruptedException, IOException {
        if (!worthIt) {
            return new RetrainProcess.Result(1, Map.of());
        }
        bed.say("Building '" + model + "' again " + (fromScratch ? "from the log, undisturbed." : "along its ledger."));
        return new RetrainProcess(bed.place().home(), bed.kafka(), bed.topics().prefix(), model)
                .run(
                        "",
                        fromScratch,
                        bed.place().data().resolve("retrained").resolve(model),
                        new RetrainProcess.Listener() {
                            @Override
                            public void at(long done, long total, long trained) {}

                            @Override
                            public void line(String text) {
                                bed.say(text);
                            }
                        });
    }
}
