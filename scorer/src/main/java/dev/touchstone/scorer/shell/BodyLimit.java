package dev.touchstone.scorer.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.scorer.http.ApiError;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Answers a request that announces a body over the limit with an error of our shape, before any of the body is read. The
 * server itself ends one that does not announce it.
 */
@Singleton
public class BodyLimit {
    private static final int BEFORE_THE_SERVER_S_OWN = 1_000;

    private final long limit;
    private final String answer;

    /** Made by the container. */
    BodyLimit(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit, ObjectMapper json)
            throws JsonProcessingException {
        this.limit = limit.asLongValue();
        answer = json.writeValueAsString(ApiError.of(
                "body_too_large", "The body is larger than " + this.limit + " bytes: send fewer items at a time."));
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, BEFORE_THE_SERVER_S_OWN);
    }

    private void check(RoutingContext context) {
        if (announced(context) <= limit) {
            context.next();
            return;
        }
        context.response()
                .setStatusCode(413)
                .putHeader("Content-Type", "application/json")
                .putHeader("Connection", "close")
                .end(answer);
    }

    private static long announced(RoutingContext context) {
        String length = context.request().getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0; // the server refuses it
        }
    }
}
