package dev.touchstone.scorer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RecentAnswersTest {
    private static final String ONE = "one";
    private static final RewardsResponse RESPONSE = new RewardsResponse(null, List.of());

    private final RecentAnswers answers = new RecentAnswers();
    private final AtomicInteger worked = new AtomicInteger();

    @Test
    void shouldGiveTheSameAnswerWhenARequestIsSentAgain() {
        CompletableFuture<RewardsResponse> work = new CompletableFuture<>();
        CompletableFuture<RewardsResponse> first = answers.once("k", ONE, working(work));
        CompletableFuture<RewardsResponse> second = answers.once("k", ONE, working(work));
        first.cancel(false);
        work.complete(RESPONSE);
        assertThat(second).isCompletedWithValue(RESPONSE);
        assertThat(answers.once("k", ONE, working(work))).isCompletedWithValue(RESPONSE);
        assertThat(worked).hasValue(1);
        assertThat(answers.once("other", ONE, working(work))).isCompletedWithValue(RESPONSE);
        assertThat(worked).hasValue(2);
    }

    @Test
    void shouldRefuseOtherContentsUnderTheSameKey() {
        CompletableFuture<RewardsResponse> work = new CompletableFuture<>();
        assertThat(answers.once("k", ONE, working(work))).isNotDone();
        assertThatThrownBy(() -> answers.once("k", "two", working(work)))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(422));
    }

    @Test
    void shouldWorkAgainWhenTheRequestFailed() {
        assertThat(answers.once("k", ONE, working(CompletableFuture.failedFuture(new TimeoutException()))))
                .isCompletedExceptionally();
        assertThat(answers.once("k", ONE, () -> {
                    throw new IllegalStateException("no");
                }))
                .isCompletedExceptionally();
        assertThat(answers.once("k", ONE, working(CompletableFuture.completedFuture(RESPONSE))))
                .isCompletedWithValue(RESPONSE);
        assertThat(worked).hasValue(2);
    }

    @Test
    void shouldForgetTheOldestWhenThereAreTooMany() {
        for (int i = 0; i <= 1_000; i++) {
            assertThat(answers.once("k" + i, ONE, working(CompletableFuture.completedFuture(RESPONSE))))
                    .isCompleted();
        }
        assertThat(answers.once("k1", ONE, working(CompletableFuture.completedFuture(RESPONSE))))
                .isCompleted();
        assertThat(worked).hasValue(1_001);
        assertThat(answers.once("k0", ONE, working(CompletableFuture.completedFuture(RESPONSE))))
                .isCompleted();
        assertThat(worked).hasValue(1_002);
    }

    private Supplier<CompletionStage<RewardsResponse>> working(CompletionStage<RewardsResponse> result) {
        return () -> {
            worked.incrementAndGet();
            return result;
        };
    }
}
