package dev.touchstone.scorer.shell;

import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.http.CritiqueMode;
import dev.touchstone.scorer.http.RewardService;
import dev.touchstone.scorer.http.RewardsRequest;
import dev.touchstone.scorer.http.RewardsResponse;
import dev.touchstone.scorer.status.Status;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
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
    public Uni<Response> rewards(
            @QueryParam("critique") @Nullable String critique,
            @HeaderParam("X-Deadline-Ms") @Nullable String deadlineMs,
            @Context RoutingContext context,
            byte @Nullable [] sent) {
        Call call = new Call(context);
        byte[] body = sent == null ? new byte[0] : sent;
        RewardsRequest request = RewardsRequest.parse(body, config.http().maxItems());
        RewardService.Options options = new RewardService.Options(
                CritiqueMode.of(critique),
                call.version(request.modelVersion()),
                deadline(deadlineMs),
                call.idempotencyKey());
        // A Uni is cancelled, and the work with it, when the client has gone.
        return Uni.createFrom()
                .completionStage(process.core().rewards().answer(request, body, options))
                .map(RewardsResource::response);
    }

    private static Response response(RewardsResponse rewards) {
        Response.ResponseBuilder answer = Response.ok(rewards);
        RewardsResponse.Model model = rewards.model();
        return (model == null ? answer : answer.header(Call.VERSION, model.version())).build();
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
