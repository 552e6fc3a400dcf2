package dev.touchstone.scorer.shell;

import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.http.StreamUnavailableException;
import dev.touchstone.scorer.scoring.NoModelException;
import dev.touchstone.scorer.scoring.QueueFullException;
import dev.touchstone.scorer.scoring.VersionUnavailableException;
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

/** Every exception becomes an answer of one shape, see {@link ApiError}; trainers' contracts have shapes of their own. */
public class Errors {
    private static final Logger LOG = LoggerFactory.getLogger(Errors.class);
    private static final int RETRY_SECONDS = 1;

    /**
     * What is answered.
     *
     * @param status of HTTP
     * @param error code and sentence
     * @param passing whether the same request may be answered in a moment
     */
    record Failure(int status, ApiError error, boolean passing) {
        /** @param body the error in the shape that the client expects */
        Response response(Object body) {
            Response.ResponseBuilder answer = Response.status(status).type(MediaType.APPLICATION_JSON);
            if (passing) {
                answer.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
            }
            return answer.entity(body).build();
        }
    }

    /** The answer in our own shape. */
    @ServerExceptionMapper
    public Response map(Throwable error) {
        Failure failure = failure(error);
        return failure.response(failure.error());
    }

    /** What to answer. An exception that nobody expected is logged, and the client learns nothing of it. */
    static Failure failure(Throwable error) {
        if (error instanceof CompletionException && error.getCause() != null) {
            return failure(error.getCause());
        }
        if (error instanceof ApiException api) {
            return new Failure(api.status(), api.error(), false);
        }
        if (error instanceof NoModelException) {
            return passing(503, "no_model", String.valueOf(error.getMessage()));
        }
        if (error instanceof QueueFullException) {
            return passing(429, "queue_full", String.valueOf(error.getMessage()));
        }
        if (error instanceof VersionUnavailableException version) {
            String sentence = String.valueOf(version.getMessage());
            return switch (version.because()) {
                case UNKNOWN -> new Failure(404, ApiError.of("no_such_version", sentence), false);
                case BROKEN -> new Failure(409, ApiError.of("version_unusable", sentence), false);
                case NOT_LOADED -> passing(503, "version_not_loaded", sentence);
            };
        }
        if (error instanceof StreamUnavailableException) {
            LOG.warn("A completion could not be sent: {}", String.valueOf(error.getCause()));
            return passing(503, "stream_unavailable", String.valueOf(error.getMessage()));
        }
        if (error instanceof TimeoutException) {
            String sentence = "The deadline has passed: ask again, or with a later one.";
            return new Failure(504, ApiError.of("deadline_exceeded", sentence), false);
        }
        if (error instanceof RejectedExecutionException) {
            return passing(503, "stopping", "The scorer is stopping: ask another one, or again later.");
        }
        if (error instanceof WebApplicationException web) {
            Response.StatusType status = web.getResponse().getStatusInfo();
            String reason = status.getReasonPhrase();
            String code = reason.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_");
            return new Failure(status.getStatusCode(), ApiError.of(code, reason + "."), false);
        }
        LOG.error("A request failed", error);
        String sentence = "The scorer failed on this request; its log says why.";
        return new Failure(500, ApiError.of("internal", sentence), false);
    }

    private static Failure passing(int status, String code, String message) {
        return new Failure(status, ApiError.of(code, message), true);
    }
}
