package dev.touchstone.scorer.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.http.ApiKeys;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe. Where keys are set, lets in who shows one: {@code Authorization: Bearer KEY}, {@code X-Api-Key: KEY}, or, for
 * clients that send no header, {@code /k/KEY} before the path. Health, metrics and the API's description need none. Neither key nor path is logged.
 */
@Singleton
public class KeyCheck {
    private static final Logger LOG = LoggerFactory.getLogger(KeyCheck.class);
    /** Before anything of a request is read. */
    private static final int FIRST = 2_000;

    /** Where a request's context has the id of the client's key. */
    static final String KEY_ID = "touchstone.key-id";

    private static final String PREFIX = "/k/";
    private static final String OPEN = "/q/";
    private static final String BEARER = "Bearer ";
    private static final long QUIET_NANOS = 60_000_000_000L;

    private final ApiKeys keys;
    private final String refusal;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - QUIET_NANOS);

    /** Made by the container. */
    KeyCheck(ScorerConfig config, ObjectMapper json) throws JsonProcessingException {
        keys = ApiKeys.of(config.http().keys().orElse(List.of()));
        refusal = json.writeValueAsString(ApiError.of(
                "unauthorized",
                "The scorer wants a key: send it as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY', or put /k/KEY before"
                        + " the path."));
    }

    void register(@Observes Filters filters) {
        if (!keys.isEmpty()) {
            filters.register(this::check, FIRST);
        }
    }

    private void check(RoutingContext context) {
        String path = context.normalizedPath();
        if (context.get(KEY_ID) != null || path.startsWith(OPEN)) {
            context.next();
        } else if (path.startsWith(PREFIX)) {
            int end = path.indexOf('/', PREFIX.length());
            String secret = path.substring(PREFIX.length(), end < 0 ? path.length() : end);
            String rest = end < 0 ? "/" : path.substring(end);
            String query = context.request().query();
            if (admitted(context, keys.idOf(secret))) {
                context.reroute(query == null ? rest : rest + "?" + query);
            }
        } else if (admitted(context, secret(context.request()).flatMap(keys::idOf))) {
            context.next();
        }
    }

    private static Optional<String> secret(HttpServerRequest request) {
        String bearer = request.getHeader("Authorization");
        if (bearer != null && bearer.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(bearer.substring(BEARER.length()).strip());
        }
        return Optional.ofNullable(request.getHeader("X-Api-Key"));
    }

    private boolean admitted(RoutingContext context, Optional<String> id) {
        if (id.isPresent()) {
            context.put(KEY_ID, id.get());
            if (seen.add(id.get())) {
                LOG.info("The key {} is in use", id.get());
            }
            return true;
        }
        long last = warnedAt.get();
        if (System.nanoTime() - last >= QUIET_NANOS && warnedAt.compareAndSet(last, System.nanoTime())) {
            LOG.warn(
                    "A request from {} had no key that fits",
                    context.request().remoteAddress().hostAddress());
        }
        context.response()
                .setStatusCode(401)
                .putHeader("Content-Type", "application/json")
                .putHeader("WWW-Authenticate", "Bearer")
                .putHeader("Connection", "close")
                .end(refusal);
        return false;
    }
}
