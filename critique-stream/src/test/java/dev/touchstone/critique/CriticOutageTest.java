package dev.touchstone.critique;

import static dev.touchstone.critique.LiveStream.completion;
import static dev.touchstone.critique.LiveStream.numbered;
import static dev.touchstone.critique.LiveStream.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.critique.asyncstage.CallPool;
import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.llm.Behaviour;
import dev.touchstone.testkit.llm.FakeLlm;
import dev.touchstone.testkit.topics.Records;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A critic that first limits us and then is away, half of the time each. Some seconds here, ten minutes in the
 * profile nightly.
 */
@OnTestCluster
class CriticOutageTest {
    private static final Duration OUTAGE = Duration.parse(System.getProperty("test.outage", "PT6S"));
    private static final Duration LIMIT = OUTAGE.plusSeconds(180);
    private static final int PAIRS = 40;
    private static final int COMPLETIONS = 30;
    private static final double PER_MINUTE = 300;
    /** Calls that are held up on a busy machine arrive closer together than they left. */
    private static final Duration BUNCHED = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    @Test
    void shouldFinishEverythingAloneWhenTheCriticComesBack() throws Exception {
        LiveStream live = new LiveStream("outage.", folder);
        AtomicBoolean limited = new AtomicBoolean(true);
        try (FakeLlm llm = FakeLlm.start(call -> limited.get()
                        ? new Behaviour.Status(429, call.number() % 2 == 0 ? Map.of("Retry-After", "1") : Map.of(), "")
                        : FakeLlm.answer(FakeLlm.critique("It is fine.")));
                LiveStream.Running run = live.run(llm.baseUrl(), new Limits(16, PER_MINUTE, 0, 0), 2)) {
            live.send(live.topics().pairs().name(), numbered(PAIRS, i -> pair(i, "question " + i)));
            live.send(live.topics().completions().name(), numbered(COMPLETIONS, i -> completion(i, "task " + i)));
            long backAt = System.nanoTime() + OUTAGE.toNanos() / 2;
            await().atMost(LIMIT).until(() -> System.nanoTime() >= backAt && llm.callCount() >= 10);
            assertThat(live.critiquedCompletions()).isEmpty();

            llm.stopListening();
            limited.set(false);
            await().atMost(LIMIT)
                    .until(() -> run.stream.calls().orElseThrow().health() == CallPool.Health.BREAKER_OPEN);
            long healedAt = System.nanoTime() + OUTAGE.toNanos() / 2;
            await().atMost(LIMIT).until(() -> System.nanoTime() >= healedAt);
            run.awaitRunning();
            llm.listen();

            await().atMost(LIMIT)
                    .until(() -> live.critiquedPairs().size() == PAIRS
                            && live.critiquedCompletions().size() == COMPLETIONS);
            assertThat(live.critiquedCompletions())
                    .allMatch(completion -> completion.getCritiqueStatus() == CritiqueStatus.CRITIQUED);
            assertThat(Records.readAll(
                            LiveStream.CLUSTER.settings(),
                            live.topics().deadLetters().name()))
                    .isEmpty();
            run.awaitRunning();
            for (Duration window : List.of(Duration.ofSeconds(10), Duration.ofMinutes(1))) {
                assertThat(llm.mostPerWindow(window))
                        .as("calls within %s", window)
                        .isLessThanOrEqualTo(mostWithin(window.plus(BUNCHED)));
            }
        }
    }

    @Test
    void shouldPayOnceWhenTheSameCompletionComesAThousandTimes() throws Exception {
        LiveStream live = new LiveStream("copies.", folder);
        try (FakeLlm llm = FakeLlm.start(call -> FakeLlm.answer(FakeLlm.critique("It is fine.")));
                LiveStream.Running run = live.run(llm.baseUrl(), Limits.inFlight(16), 3)) {
            live.send(live.topics().completions().name(), numbered(1_000, i -> completion(i, "the same")));
            await().atMost(LIMIT).until(() -> live.critiquedCompletions().size() == 1_000);
            assertThat(llm.callCount()).isEqualTo(1);
            run.awaitRunning();
        }
    }

    /** A twentieth of a minute's calls may come at once, the rest flows. */
    private static long mostWithin(Duration time) {
        return Math.round(PER_MINUTE * (0.05 + 0.95 * time.toMillis() / 60_000));
    }
}
