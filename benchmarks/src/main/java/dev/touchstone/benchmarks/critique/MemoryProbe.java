package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.asyncstage.AsyncCall;
import dev.touchstone.critique.asyncstage.Attempt;
import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Spend;
import dev.touchstone.critique.asyncstage.StageListener;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.CriticIdentity;
import dev.touchstone.critique.critic.CriticObserver;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The heap, and memory beside it that Java's buffers take, of calls that hang, over the same with none pending. First calls
 * that nothing but the stage knows of, then calls over HTTP on connections that have brought an answer before.
 *
 * @param calls how many hang
 * @param bytesOfStage for each call, without its own text: the stage alone
 * @param bytesWithHttp the same with the HTTP client and its connection
 * @param directBytesWithHttp of these, beside the heap
 */
record MemoryProbe(int calls, double bytesOfStage, double bytesWithHttp, double directBytesWithHttp) {
    private static final String RUN = "memory";
    private static final int THREADS = 2;
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1/v1");
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Times as many calls as will hang. */
    private static final int WARM_UP = 8;

    /** Long enough that all of these are there at once, each on a connection of its own. */
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(2);

    private static final int COLLECTIONS = 4;
    private static final Duration BETWEEN_COLLECTIONS = Duration.ofMillis(500);

    /**
     * Measures.
     *
     * @param calls how many hang
     * @param cycles how often calls hang of either kind, in turns; the medians count
     */
    static MemoryProbe of(Bed bed, int calls, int cycles) throws Exception {
        CriticIdentity critic = ServiceSettings.critic(NOWHERE).identity();
        CritiqueSettings settings =
                ServiceSettings.of(RUN, bed.folder(), ServiceSettings.critic(NOWHERE), calls, THREADS);
        bed.createTopics(RUN);
        Switch call = new Switch();
        AtomicInteger succeeded = new AtomicInteger();
        StageListener listener = event -> {
            if (event == StageListener.Event.SUCCEEDED) {
                succeeded.incrementAndGet();
            }
        };
        try (StageApp app = new StageApp(RUN, settings, bed.kafka(), call, listener)) {
            // The buffers of Kafka's clients grow with the most that they ever held: much passes through first.
            int sent = WARM_UP * calls;
            bed.fill(RUN, 0, sent, "w", critic);
            await(succeeded, sent);
            Memory idle = Memory.now();
            double[] ofStage = new double[cycles];
            double[] withHttp = new double[cycles];
            double[] direct = new double[cycles];
            for (int cycle = 0; cycle < 2 * cycles; cycle++) {
                boolean http = cycle % 2 == 1;
                try (LlmChild llm = LlmChild.start(bed.folder(), FIRST_ANSWERS, calls)) {
                    call.hang(http ? warm(llm, calls, critic) : null);
                    bed.fill(RUN, sent, sent + calls, "w", critic);
                    sent += calls;
                    Bed.await(
                            "hanging calls",
                            LIMIT,
                            () -> call.hanging.size() == calls && (!http || llm.inFlight() == calls));
                    Memory busy = Memory.now();
                    (http ? withHttp : ofStage)[cycle / 2] = busy.perCallOver(idle, calls) - Work.textBytes();
                    direct[cycle / 2] = (double) (busy.direct() - idle.direct()) / calls;
                    call.release();
                }
                await(succeeded, sent);
                idle = Memory.now();
            }
            return new MemoryProbe(calls, median(ofStage), median(withHttp), median(direct));
        }
    }

    /** A client with so many connections that have each brought an answer, as in a service that has run for a while. */
    private static CriticClient warm(LlmChild llm, int calls, CriticIdentity critic) {
        CriticClient client =
                new CriticClient(ServiceSettings.critic(llm.baseUrl()), Clock.systemUTC(), CriticObserver.NONE);
        CompletableFuture<?>[] answers = IntStream.range(0, calls)
                .mapToObj(number -> client.call(Work.ask(number, "w", critic).request(), new Attempt(1, false)))
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(answers).join();
        return client;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static void await(AtomicInteger succeeded, int count) {
        Bed.await("idle stage", LIMIT, () -> succeeded.get() == count);
    }

    private record Memory(long heap, long direct) {
        static Memory now() {
            for (int i = 0; i < COLLECTIONS; i++) {
                System.gc();
                try {
                    Thread.sleep(BETWEEN_COLLECTIONS.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            System.gc();
            List<BufferPoolMXBean> pools = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
            return new Memory(
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    pools.stream()
                            .filter(pool -> pool.getName().equals("direct"))
                            .mapToLong(BufferPoolMXBean::getMemoryUsed)
                            .sum());
        }

        double perCallOver(Memory idle, int calls) {
            return (double) (heap + direct - idle.heap - idle.direct) / calls;
        }
    }

    /** Thread-safe. Answers at once, or hangs until it is released: for nothing, or for an LLM that does not answer. */
    private static final class Switch implements AsyncCall<CritiqueRequest, CritiqueAnswer> {
        private final Queue<Hanging> hanging = new ConcurrentLinkedQueue<>();
        private volatile boolean toHang;
        private volatile @Nullable CriticClient client;

        private record Hanging(CritiqueRequest request, CompletableFuture<CallResult<CritiqueAnswer>> result) {}

        void hang(@Nullable CriticClient on) {
            client = on;
            toHang = true;
        }

        void release() {
            toHang = false;
            client = null;
            for (Hanging call = hanging.poll(); call != null; call = hanging.poll()) {
                call.result().complete(answer(call.request()));
            }
        }

        @Override
        public CompletionStage<CallResult<CritiqueAnswer>> call(CritiqueRequest request, Attempt attempt) {
            if (!toHang) {
                return CompletableFuture.completedFuture(answer(request));
            }
            CompletableFuture<CallResult<CritiqueAnswer>> result = new CompletableFuture<>();
            hanging.add(new Hanging(request, result));
            CriticClient asked = client;
            if (asked != null) {
                // The error that comes when the LLM goes is later than the release, and changes nothing.
                var unused = asked.call(request, attempt).thenAccept(result::complete);
            }
            return result;
        }
    }

    static CallResult<CritiqueAnswer> answer(CritiqueRequest request) {
        return new CallResult.Success<>(
                new CritiqueAnswer(
                        "The answer is right. " + "x".repeat(300), List.of(), request.identity(), 0, 250, 90, null),
                true,
                Spend.NONE);
    }
}
