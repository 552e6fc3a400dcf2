package dev.touchstone.scorer.shell;

import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.http.RewardsRequest;
import dev.touchstone.scorer.http.RewardsResponse;
import dev.touchstone.scorer.status.Status;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

/** The scorer over HTTP. */
@Path("/")
public class RewardsResource {
    private static final Duration TICK = Duration.ofSeconds(1);

    private final ScorerProcess process;
    private final ScorerConfig config;

    /** Made by the container. */
    RewardsResource(ScorerProcess process, ScorerConfig config) {
        this.process = process;
        this.config = config;
    }

    /** Scores the items of a request as one batch. Parsing is done by a worker; nothing waits while the batch is scored. */
    @POST
    @Path("v1/rewards")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Blocking
    public CompletionStage<RewardsResponse> rewards(
            @HeaderParam("X-Deadline-Ms") @Nullable String deadlineMs, byte @Nullable [] body) {
        Duration deadline = deadline(deadlineMs);
        RewardsRequest request = RewardsRequest.parse(
                body == null ? new byte[0] : body, config.http().maxItems());
        ScorerMetrics metrics = process.core().metrics();
        return process.core()
                .engine()
                .tryScore(request.items().stream().map(item -> item.candidate()).toList())
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(batch -> {
                    metrics.given(batch.outcomes());
                    return RewardsResponse.of(request, batch);
                });
    }

    private Duration deadline(@Nullable String millis) {
        if (millis == null) {
            return config.http().deadline();
        }
        long longest = config.http().longestDeadline().toMillis();
        try {
            long asked = Long.parseLong(millis.strip());
            if (asked >= 1 && asked <= longest) {
                return Duration.ofMillis(asked);
            }
        } catch (NumberFormatException e) {
            // It is told below.
        }
        throw new ApiException(
                400, "invalid_field", "X-Deadline-Ms is no whole number of milliseconds from 1 to " + longest + ".");
    }

    /** What is known now. */
    @GET
    @Path("v1/status")
    @Produces(MediaType.APPLICATION_JSON)
    public Status status() {
        return process.core().status();
    }

    /** The same once a second, as server-sent events. */
    @GET
    @Path("v1/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    public Multi<Status> events() {
        return Multi.createFrom()
                .ticks()
                .every(TICK)
                .onOverflow()
                .drop()
                .map(tick -> process.core().status());
    }
}
