package dev.touchstone.scorer.shell;

import dev.touchstone.scorer.http.ApiException;
import io.vertx.ext.web.RoutingContext;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a request says beside its body, the same for every path. */
record Call(RoutingContext context) {
    /** The version that is to score, or that did. */
    static final String VERSION = "X-Touchstone-Model-Version";

    private static final String KEY = "Idempotency-Key";
    private static final int LONGEST_KEY = 256;

    /**
     * Name of the version that is to score: in a header, or, where a client can send none, {@code ?modelVersion=}.
     *
     * @param elsewhere what the body or the path says; null if they say nothing
     * @return null for the one that serves
     * @throws ApiException 400 if two places say different things
     */
    @Nullable
    String version(@Nullable String elsewhere) {
        String query = context.queryParams().get("modelVersion");
        String[] said = Stream.of(context.request().getHeader(VERSION), query, elsewhere)
                .filter(name -> name != null && !name.isBlank())
                .distinct()
                .toArray(String[]::new);
        if (said.length > 1) {
            throw new ApiException(
                    400,
                    "invalid_field",
                    "The request names two versions: name one, in the header, the query or the body.");
        }
        return said.length == 0 ? null : said[0];
    }

    /** What the client calls the request; of another client it is another one. Null if it does not call it anything. */
    @Nullable
    String idempotencyKey() {
        String key = context.request().getHeader(KEY);
        if (key == null) {
            return null;
        }
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw new ApiException(
                    400, "invalid_field", KEY + " is empty or longer than " + LONGEST_KEY + " characters.");
        }
        String client = context.get(KeyCheck.KEY_ID);
        return (client == null ? "" : client) + "/" + key;
    }
}
