package dev.touchstone.quickstart.replay;

import dev.touchstone.schemas.kafka.DeadLetterReason;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters to send back.
 *
 * @param reasons why they died; empty for any reason
 * @param since they died at this moment or later; null for any time
 * @param until they died before this moment; null for any time
 * @param topic full name of the topic they came from; null for every one
 * @param limit how many at most, the oldest first
 */
public record Choice(
        Set<DeadLetterReason> reasons,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable String topic,
        long limit) {

    boolean hasTime(long epochMs) {
        return (since == null || epochMs >= since.toEpochMilli()) && (until == null || epochMs < until.toEpochMilli());
    }

    boolean hasReason(String reason) {
        return reasons.isEmpty()
                || reasons.stream().anyMatch(each -> each.name().equals(reason));
    }
}
