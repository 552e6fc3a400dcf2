package dev.touchstone.critique;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.UserError;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPolicyTest {
    private final FaultPolicy policy =
            new FaultPolicy(Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC));

    @Test
    void shouldReplaceTheThreadForEverWhenTheBrokerIsAway() {
        for (int i = 0; i < 100; i++) {
            assertThat(policy.handle(new StreamsException(new TimeoutException("no answer"))))
                    .isEqualTo(REPLACE_THREAD);
        }
        assertThat(policy.fatal()).isNull();
    }

    @Test
    void shouldStopWhenAFaultOfOursComesAgainAndAgain() {
        IllegalStateException fault = new IllegalStateException("bug");
        for (int i = 0; i < 4; i++) {
            assertThat(policy.handle(fault)).isEqualTo(REPLACE_THREAD);
        }
        assertThat(policy.handle(fault)).isEqualTo(SHUTDOWN_CLIENT);
        assertThat(policy.fatal()).isSameAs(fault);
    }

    @ParameterizedTest
    @ValueSource(classes = {TopicAuthorizationException.class, FencedInstanceIdException.class, UserError.class})
    void shouldStopAtOnceWhenTheUserMustMendIt(Class<? extends RuntimeException> type) throws Exception {
        RuntimeException cause = type.getConstructor(String.class).newInstance("no");
        assertThat(policy.handle(new StreamsException(cause))).isEqualTo(SHUTDOWN_CLIENT);
        assertThat(policy.fatal()).isInstanceOf(UserError.class);
    }

    @Test
    void shouldStopAtOnceWhenAnInputTopicIsGone() {
        assertThat(policy.handle(new MissingSourceTopicException("gone"))).isEqualTo(SHUTDOWN_CLIENT);
        assertThat(policy.fatal()).hasMessageContaining("input topic");
    }
}
