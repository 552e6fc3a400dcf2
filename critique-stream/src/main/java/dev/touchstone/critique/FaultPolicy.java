package dev.touchstone.critique;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Refusal;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. What happens when a stream thread dies. A fault from outside (broker, registry) heals by a new thread. A
 * user's mistake stops the service at once. Anything else is a fault of ours: a new thread may heal it, but not again and
 * again.
 */
final class FaultPolicy implements StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FaultPolicy.class);
    private static final int FAULTS = 5;
    private static final Duration WITHIN = Duration.ofMinutes(10);

    private final Clock clock;
    private final AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();
    private final Deque<Long> faults = new ArrayDeque<>();

    FaultPolicy(Clock clock) {
        this.clock = clock;
    }

    /** What stopped the service, or null. */
    @Nullable
    Throwable fatal() {
        return fatal.get();
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable error) {
        Throwable mistake = mistake(error);
        if (mistake != null) {
            return stop(mistake);
        }
        if (isOutside(error)) {
            LOG.warn("A stream thread died of a fault outside and is replaced: {}", rootMessage(error));
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        if (tooMany()) {
            return stop(error);
        }
        LOG.error("A stream thread died and is replaced.", error);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    private StreamThreadExceptionResponse stop(Throwable error) {
        fatal.compareAndSet(null, error);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private synchronized boolean tooMany() {
        long now = clock.millis();
        faults.add(now);
        while (!faults.isEmpty() && faults.element() < now - WITHIN.toMillis()) {
            faults.remove();
        }
        return faults.size() >= FAULTS;
    }

    private static @Nullable Throwable mistake(Throwable error) {
        Optional<UserError> refusal = Refusal.of(error);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError) {
                return cause;
            }
            if (cause instanceof FencedInstanceIdException) {
                return new UserError(
                        "Another process runs under this instance's id: give each its own touchstone.instance-id and"
                                + " touchstone.state-dir.",
                        cause);
            }
            if (cause instanceof MissingSourceTopicException) {
                return new UserError(
                        "An input topic is gone: create it again with ./touchstone topics --create.", cause);
            }
        }
        return null;
    }

    private static boolean isOutside(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnavailableException
                    || cause instanceof RetriableException
                    || cause instanceof java.io.IOException) {
                return true;
            }
        }
        return false;
    }

    private static String rootMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root instanceof KafkaException || root instanceof java.io.IOException
                ? root.getClass().getSimpleName() + ": " + root.getMessage()
                : root.getClass().getSimpleName();
    }
}
