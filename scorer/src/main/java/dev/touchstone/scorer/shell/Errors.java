package dev.touchstone.scorer.shell;

import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.scoring.NoModelException;
import dev.touchstone.scorer.scoring.QueueFullException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every exception becomes an answer of one shape, see {@link ApiError}. */
public class Errors {
    private static final Logger LOG = LoggerFactory.getLogger(Errors.class);
    private static final int RETRY_SECONDS = 1;

    /** What to answer. An exception that nobody expected is logged, and the client learns nothing of it. */
    @ServerExceptionMapper
    public Response map(Throwable error) {
        if (error instanceof CompletionException && error.getCause() != null) {
            return map(error.getCause());
        }
        if (error instanceof ApiException api) {
            return answer(api.status(), api.error()).build();
        }
        if (error instanceof NoModelException) {
            return retryLater(503, "no_model", String.valueOf(error.getMessage()));
        }
        if (error instanceof QueueFullException) {
            return retryLater(429, "queue_full", String.valueOf(error.getMessage()));
        }
        if (error instanceof TimeoutException) {
            return answer(
                            504,
                            ApiError.of(
                                    "deadline_exceeded", "The deadline has passed: ask again, or with a later one."))
                    .build();
        }
        if (error instanceof RejectedExecutionException) {
            return retryLater(503, "stopping", "The scorer is stopping: ask another one, or again later.");
        }
        if (error instanceof WebApplicationException web) {
            Response.StatusType status = web.getResponse().getStatusInfo();
            String reason = status.getReasonPhrase();
            String code = reason.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_");
            return answer(status.getStatusCode(), ApiError.of(code, reason + "."))
                    .build();
        }
        LOG.error("A request failed", error);
        return answer(500, ApiError.of("internal", "The scorer failed on this request; its log says why."))
                .build();
    }

    private static Response retryLater(int status, String code, String message) {
        return answer(status, ApiError.of(code, message))
                .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                .build();
    }

    private static Response.ResponseBuilder answer(int status, ApiError error) {
        return Response.status(status).type(MediaType.APPLICATION_JSON).entity(error);
    }
}
