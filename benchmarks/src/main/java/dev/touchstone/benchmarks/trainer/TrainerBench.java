package dev.touchstone.benchmarks.trainer;

import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.trainer.learn.Example;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.learn.PairEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/** Not thread-safe. Measures the trainer on a finished log beside the model's own steps, and its lag on a log that grows. */
public final class TrainerBench {
    private static final int BATCH = 32;
    private static final double SHARE_OF_RATE = 0.8;
    private static final int LOOK_EVERY_MS = 200;

    private final Scale scale;
    private final BiFunction<String, Long, ProgressDisplay> progress;
    private final LearnerConfig learner = LearnerConfig.defaults(1);
    private final Map<String, Double> ratios = new LinkedHashMap<>();
    private final Map<String, Object> context = new LinkedHashMap<>();

    /**
     * How large everything is.
     *
     * @param batches micro-batches of a round; the first is not counted
     * @param rounds rounds in which either side runs once
     * @param lagSeconds how long pairs are sent while the lag is watched
     */
    public record Scale(int batches, int rounds, int lagSeconds) {}

    /**
     * What was measured.
     *
     * @param ratios by name
     * @param context what they were computed from
     */
    public record Figures(Map<String, Double> ratios, Map<String, Object> context) {}

    private TrainerBench(Scale scale, BiFunction<String, Long, ProgressDisplay> progress) {
        this.scale = scale;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param progress a display for a task of some size
     * @throws Exception if something cannot be measured
     */
    public static Figures run(Scale scale, BiFunction<String, Long, ProgressDisplay> progress) throws Exception {
        return new TrainerBench(scale, progress).run();
    }

    private Figures run() throws Exception {
        List<CritiquedPair> pairs = TrainerBed.pairs(scale.batches() * BATCH);
        double[] shares = new double[scale.rounds()];
        double trainerMs = 0;
        double stepsMs = 0;
        double checkpointMs = 0;
        long checkpoints = 0;
        try (TrainerBed bed = new TrainerBed();
                ProgressDisplay display = progress.apply("rounds", (long) scale.rounds())) {
            for (int round = 0; round < scale.rounds(); round++) {
                Timed trainer = trainer(bed, "round" + round + ".", pairs);
                double steps = stepsAlone(pairs);
                shares[round] = steps / trainer.millis();
                trainerMs += trainer.millis() / scale.rounds();
                stepsMs += steps / scale.rounds();
                checkpointMs += trainer.checkpointMs() / scale.rounds();
                checkpoints += trainer.checkpoints();
                display.show(
                        round + 1L, String.format("trainer %.0f ms, steps alone %.0f ms", trainer.millis(), steps));
            }
            double perSecond = (scale.batches() - 1) * BATCH * 1_000 / trainerMs;
            Arrays.sort(shares);
            ratios.put("ofModelSteps", rounded(shares[shares.length / 2]));
            context.put("overheadOfSteps", rounded(1 / shares[shares.length / 2] - 1));
            context.put("pairsPerSecond", rounded(perSecond));
            context.put("trainerMs", rounded(trainerMs));
            context.put("stepsAloneMs", rounded(stepsMs));
            context.put("checkpointsPerRound", rounded((double) checkpoints / scale.rounds()));
            context.put("ofTheseInCheckpointsMs", rounded(checkpointMs));
            context.put("microBatches", scale.batches());
            lag(bed, SHARE_OF_RATE * perSecond);
        }
        return new Figures(ratios, context);
    }

    private record Timed(double millis, double checkpointMs, long checkpoints) {}

    /** From the end of the first micro-batch to the end of the last. */
    private Timed trainer(TrainerBed bed, String prefix, List<CritiquedPair> pairs) throws Exception {
        TopicCatalogue topics = bed.topics(prefix);
        bed.send(topics, pairs, null);
        int each = 1 + learner.replay().replaySteps();
        try (TrainerRun run = new TrainerRun(bed, prefix, learner)) {
            long begun = run.await(() -> run.steps() >= each);
            double before = run.checkpointMs();
            long ended = run.await(() -> run.steps() >= (double) each * scale.batches());
            return new Timed((ended - begun) / 1e6, run.checkpointMs() - before, run.checkpoints());
        }
    }

    /** The same steps on the same pairs, encoded before the clock starts; the first micro-batch is not counted either. */
    private double stepsAlone(List<CritiquedPair> pairs) {
        try (RewardModelTrainer model = RewardModelTrainer.createBuiltIn(learner.training())) {
            PairEncoder encoder = new PairEncoder(model.format(), learner.split(), learner.labels(), true);
            List<List<EncodedPair>> batches = new ArrayList<>();
            for (int i = 0; i < pairs.size(); i += BATCH) {
                batches.add(pairs.subList(i, i + BATCH).stream()
                        .map(encoder::encode)
                        .filter(example -> example.use() == Example.Use.TRAIN)
                        .map(Example::pair)
                        .toList());
            }
            SplittableRandom random = new SplittableRandom(learner.seed());
            List<EncodedPair> seen = new ArrayList<>();
            long begun = 0;
            for (int i = 0; i < batches.size(); i++) {
                List<EncodedPair> fresh = batches.get(i);
                model.step(fresh);
                seen.addAll(fresh);
                for (int replay = 0; replay < learner.replay().replaySteps(); replay++) {
                    model.step(
                            random.ints(fresh.size(), 0, seen.size())
                                    .mapToObj(seen::get)
                                    .toList(),
                            0);
                }
                if (i == 0) {
                    begun = System.nanoTime();
                }
            }
            return (System.nanoTime() - begun) / 1e6;
        }
    }

    private void lag(TrainerBed bed, double perSecond) throws Exception {
        String prefix = "lag.";
        TopicCatalogue topics = bed.topics(prefix);
        List<CritiquedPair> pairs = TrainerBed.pairs((int) (perSecond * scale.lagSeconds()));
        List<Double> lags = new ArrayList<>();
        try (TrainerRun run = new TrainerRun(bed, prefix, learner);
                ProgressDisplay display = progress.apply("lag", (long) scale.lagSeconds())) {
            Thread sender = new Thread(() -> {
                try {
                    bed.send(topics, pairs, Duration.ofNanos((long) (1e9 / perSecond)));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            long begun = System.nanoTime();
            sender.start();
            while (sender.isAlive()) {
                Thread.sleep(LOOK_EVERY_MS);
                double lag = run.lag();
                if (Double.isFinite(lag)) {
                    lags.add(lag);
                }
                display.show((System.nanoTime() - begun) / 1_000_000_000L, String.format("lag %.0f", lag));
            }
            sender.join();
        }
        List<Double> early = lags.subList(lags.size() / 4, lags.size() * 5 / 8);
        List<Double> late = lags.subList(lags.size() * 5 / 8, lags.size());
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("pairsPerSecond", rounded(perSecond));
        described.put("seconds", scale.lagSeconds());
        described.put(
                "mostSeconds",
                rounded(lags.stream().mapToDouble(lag -> lag).max().orElse(Double.NaN) / perSecond));
        described.put("meanSecondsEarly", rounded(mean(early) / perSecond));
        described.put("meanSecondsLate", rounded(mean(late) / perSecond));
        context.put("lagAt80PercentOfRate", described);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElse(Double.NaN);
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
