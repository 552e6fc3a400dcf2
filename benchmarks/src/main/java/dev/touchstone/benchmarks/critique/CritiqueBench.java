package dev.touchstone.benchmarks.critique;

import dev.touchstone.producers.cli.ProgressDisplay;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;

/** Not thread-safe. Runs the parts, one after another, and gathers their figures. */
public final class CritiqueBench {
    private static final int STAGE_THREADS = 2;
    private static final double MEMORY_ALLOWANCE = 16 << 10;

    private final Set<Part> parts;
    private final Scale scale;
    private final BiFunction<String, Long, ProgressDisplay> progress;
    private final Map<String, Double> ratios = new LinkedHashMap<>();
    private final Map<String, Object> context = new LinkedHashMap<>();

    private CritiqueBench(Set<Part> parts, Scale scale, BiFunction<String, Long, ProgressDisplay> progress) {
        this.parts = parts;
        this.scale = scale;
        this.progress = progress;
    }

    /**
     * What was measured.
     *
     * @param ratios by name
     * @param context what they were computed from
     */
    public record Figures(Map<String, Double> ratios, Map<String, Object> context) {}

    /**
     * Measures.
     *
     * @param parts what
     * @param inFlight calls at once, for each run of the stage, each 1 or more
     * @param rounds how many times as many calls as may be in flight are counted, 1 or more
     * @param cached answers in the cache of the stage that is restored, 0 or more
     * @param tiny sizes that end in seconds
     * @param progress a display for a task of some size
     * @throws Exception if something cannot be measured
     */
    public static Figures run(
            Set<Part> parts,
            List<Integer> inFlight,
            int rounds,
            int cached,
            boolean tiny,
            BiFunction<String, Long, ProgressDisplay> progress)
            throws Exception {
        Scale scale = tiny ? Scale.tiny(cached) : Scale.standard(inFlight, rounds, cached);
        return new CritiqueBench(parts, scale, progress).run();
    }

    private Figures run() throws Exception {
        context.put("latencyMs", scale.latency().toMillis());
        context.put("partitions", Bed.PARTITIONS);
        context.put("commitIntervalMs", ServiceSettings.COMMIT_INTERVAL.toMillis());
        context.put("rounds", scale.rounds());
        context.put(
                "jvmFlags",
                String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        context.put("processes", "broker and fake LLM run in JVMs of their own, everything else in one");
        try (Bed bed = Bed.open()) {
            if (parts.contains(Part.MEMORY)) {
                memory(bed);
            }
            if (parts.contains(Part.STAGE)) {
                stage(bed);
            }
            if (parts.contains(Part.OTHERS)) {
                others(bed);
            }
            if (parts.contains(Part.LATENCY)) {
                latency(bed);
            }
            if (parts.contains(Part.RESTART) && scale.cached() > 0) {
                restart(bed);
            }
        }
        return new Figures(ratios, context);
    }

    private void stage(Bed bed) throws Exception {
        Map<String, Object> described = new LinkedHashMap<>();
        for (int inFlight : scale.inFlight()) {
            Throughput stage = throughput(bed, "stage" + inFlight, new StageWay(), STAGE_THREADS, inFlight);
            ratios.put("efficiency" + inFlight, Throughput.rounded(stage.efficiency()));
            described.put(Integer.toString(inFlight), stage.describe(scale));
        }
        context.put("stage", described);
    }

    private void others(Bed bed) throws Exception {
        int inFlight = scale.inFlight().get(0);
        Throughput stage = throughput(bed, "stage", new StageWay(), STAGE_THREADS, inFlight);
        // One call in flight for each thread, and no more threads than partitions have work.
        Throughput blocking = throughput(bed, "blocking", new BlockingWay(), Bed.PARTITIONS, Bed.PARTITIONS);
        Throughput eager = throughput(bed, "parallel-eager", new ParallelConsumerWay(true), 0, inFlight);
        Throughput usual = throughput(bed, "parallel", new ParallelConsumerWay(false), 0, inFlight);
        ratios.put("vsBlocking", Throughput.rounded(stage.callsPerSecond() / blocking.callsPerSecond()));
        ratios.put("vsParallelConsumer", Throughput.rounded(stage.callsPerSecond() / eager.callsPerSecond()));
        ratios.put("vsParallelConsumerDefaults", Throughput.rounded(stage.callsPerSecond() / usual.callsPerSecond()));
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("stage", stage.describe(scale));
        described.put("blocking", blocking.describe(scale));
        described.put("parallelConsumer", eager.describe(scale));
        described.put("parallelConsumerDefaults", usual.describe(scale));
        context.put("others", described);
    }

    private Throughput throughput(Bed bed, String run, Way way, int threads, int inFlight) throws Exception {
        int all = (scale.warmUpRounds() + scale.rounds() + 1) * inFlight;
        try (ProgressDisplay display = progress.apply(run, (long) all)) {
            IntConsumer shown = finished -> display.show(finished, finished + " of " + all + " calls");
            return Throughput.of(bed, run, way, scale, Math.max(1, threads), inFlight, scale.rounds(), shown);
        }
    }

    private void memory(Bed bed) throws Exception {
        MemoryProbe memory = MemoryProbe.of(bed, scale.hanging(), scale.cycles());
        ratios.put("memoryOfAllowance", Throughput.rounded(memory.bytesWithHttp() / MEMORY_ALLOWANCE));
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("calls", memory.calls());
        described.put("requestTextBytes", Work.textBytes());
        described.put("bytesPerCall", Math.round(memory.bytesWithHttp()));
        described.put("ofTheseBesideTheHeap", Math.round(memory.directBytesWithHttp()));
        described.put("bytesPerCallWithoutHttp", Math.round(memory.bytesOfStage()));
        context.put("memory", described);
    }

    private void latency(Bed bed) throws Exception {
        try (ProgressDisplay display = progress.apply("latency", (long) scale.paced())) {
            AddedLatency added = AddedLatency.of(
                    bed, scale, back -> display.show(back, back + " of " + scale.paced() + " completions"));
            double interval = ServiceSettings.COMMIT_INTERVAL.toMillis();
            ratios.put("addedP50OfCommitInterval", Throughput.rounded(added.p50Ms() / interval));
            ratios.put("addedP99OfCommitInterval", Throughput.rounded(added.p99Ms() / interval));
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("completions", added.completions());
            described.put("perSecond", added.perSecond());
            described.put("p50Ms", Throughput.rounded(added.p50Ms()));
            described.put("p99Ms", Throughput.rounded(added.p99Ms()));
            context.put("addedLatency", described);
        }
    }

    private void restart(Bed bed) {
        try (ProgressDisplay display = progress.apply("restart", (long) scale.cached())) {
            RestartProbe restart = RestartProbe.of(
                    bed, scale.cached(), filled -> display.show(filled, filled + " of " + scale.cached() + " cached"));
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("cached", restart.cached());
            described.put("fillMs", restart.fillMs());
            described.put("runningMs", restart.runningMs());
            described.put("firstAnswerMs", restart.firstAnswerMs());
            context.put("restart", described);
        }
    }
}
