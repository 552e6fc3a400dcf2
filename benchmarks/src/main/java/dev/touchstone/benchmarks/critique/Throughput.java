package dev.touchstone.benchmarks.critique;

import com.sun.management.OperatingSystemMXBean;
import dev.touchstone.critique.CritiqueSettings;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * How many calls a way of working completes. Counted in rounds of as many calls as may be in flight: calls of equal latency
 * that began together end together, and a window of time that cuts through such a wave would be off by a whole one. What
 * counts is when the broker took the committed answer.
 *
 * @param callsInFlight calls at once that were allowed
 * @param callsPerSecond completed, over the rounds that count
 * @param latencyMs mean time that the LLM took, as measured there
 * @param mostInFlight calls at once that were seen there
 * @param cpuPerCall processor time for each call, all cores together
 */
record Throughput(int callsInFlight, double callsPerSecond, double latencyMs, int mostInFlight, Cpu cpuPerCall) {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** Beyond those that are counted, so that the last of these do not run alone. */
    private static final int ROUNDS_AFTER = 2;

    /**
     * Measures.
     *
     * @param way how the work is done
     * @param threads stream threads, where the way has some
     * @param inFlight calls at once
     * @param progress hears how many calls have ended
     */
    static Throughput of(
            Bed bed, String run, Way way, Scale scale, int threads, int inFlight, int rounds, IntConsumer progress)
            throws Exception {
        int skipped = scale.warmUpRounds() * inFlight;
        int counted = rounds * inFlight;
        try (LlmChild llm = LlmChild.start(bed.folder(), scale.latency())) {
            CritiqueSettings settings =
                    ServiceSettings.of(run, bed.folder(), ServiceSettings.critic(llm.baseUrl()), inFlight, threads);
            bed.createTopics(run);
            bed.fill(
                    run,
                    0,
                    skipped + counted + ROUNDS_AFTER * inFlight,
                    "w",
                    settings.critic().identity());
            Cpu taken;
            try (AutoCloseable running = way.start(run, settings, bed.kafka())) {
                ended(llm, skipped, progress);
                Cpu before = Cpu.now(bed, llm);
                ended(llm, skipped + counted, progress);
                taken = Cpu.now(bed, llm).since(before, counted);
                ended(llm, skipped + counted + inFlight, progress);
                // A call that has ended is seen when its answer is committed.
                Bed.await(
                        "answer after the counted ones",
                        LIMIT,
                        () -> bed.answers(run).size() > skipped + counted);
            }
            List<ConsumerRecord<byte[], byte[]>> answers = bed.answers(run);
            requireDistinct(answers);
            return new Throughput(
                    inFlight,
                    counted * 1_000.0 / millis(answers, skipped, skipped + counted),
                    llm.meanLatencyMs(skipped),
                    llm.mostInFlight(),
                    taken);
        }
    }

    private static void ended(LlmChild llm, int calls, IntConsumer progress) {
        Bed.await(calls + " answers", LIMIT, () -> {
            int finished = llm.finished();
            progress.accept(finished);
            return finished >= calls;
        });
    }

    private static long millis(List<ConsumerRecord<byte[], byte[]>> answers, int from, int to) {
        long[] times =
                answers.stream().mapToLong(ConsumerRecord::timestamp).sorted().toArray();
        return times[to] - times[from];
    }

    private static void requireDistinct(List<ConsumerRecord<byte[], byte[]>> answers) {
        Set<String> waiters = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> answer : answers) {
            if (!waiters.add(new String(answer.key(), StandardCharsets.UTF_8))) {
                throw new IllegalStateException("An answer came out twice");
            }
        }
    }

    /**
     * Processor time, milliseconds.
     *
     * @param side of this process: the way that is measured
     * @param broker of the broker
     * @param llm of the fake LLM
     */
    record Cpu(double side, double broker, double llm) {
        private static Cpu now(Bed bed, LlmChild llm) {
            var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new Cpu(system.getProcessCpuTime() / 1e6, bed.brokerCpuMs(), llm.cpuMs());
        }

        private Cpu since(Cpu before, int calls) {
            return new Cpu((side - before.side) / calls, (broker - before.broker) / calls, (llm - before.llm) / calls);
        }

        private Map<String, Object> describe() {
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("side", rounded(side));
            described.put("broker", rounded(broker));
            described.put("llm", rounded(llm));
            return described;
        }
    }

    /** Completed calls over the most that the latency lets complete: 1 where every slot is always taken. */
    double efficiency() {
        return efficiencyAt(latencyMs);
    }

    private double efficiencyAt(double millis) {
        return callsPerSecond * millis / 1_000 / callsInFlight;
    }

    /** As context of a report. */
    Map<String, Object> describe(Scale scale) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("callsInFlight", callsInFlight);
        described.put("callsPerSecond", rounded(callsPerSecond));
        described.put("latencyMs", rounded(latencyMs));
        described.put("efficiency", rounded(efficiency()));
        described.put(
                "efficiencyAtNominalLatency",
                rounded(efficiencyAt(scale.latency().toMillis())));
        described.put("mostInFlight", mostInFlight);
        described.put("cpuMsPerCall", cpuPerCall.describe());
        return described;
    }

    static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
