package dev.touchstone.scorer.shell;

import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** What the page shows. */
@Path("v1/dashboard")
public class DashboardResource {
    private static final Duration TICK = Duration.ofSeconds(1);

    private final ScorerProcess process;

    /** Made by the container. */
    DashboardResource(ScorerProcess process) {
        this.process = process;
    }

    /** Every part, by name. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Map<String, Object> all() {
        return process.core().dashboard();
    }

    /** Server-sent events: every part, then once a second those that have changed. */
    @GET
    @Path("events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    public Multi<Map<String, Object>> events() {
        process.core().dashboard(); // where there is no page that is said at once, and no stream begins
        return Multi.createFrom().deferred(() -> {
            Map<String, Object> sent = new LinkedHashMap<>();
            return Multi.createFrom()
                    .ticks()
                    .every(TICK)
                    .onOverflow()
                    .drop()
                    .map(tick -> changed(sent, process.core().dashboard()));
        });
    }

    /** A part that is the same object is the same part. */
    private static Map<String, Object> changed(Map<String, Object> sent, Map<String, Object> parts) {
        Map<String, Object> changed = new LinkedHashMap<>();
        parts.forEach((name, part) -> {
            if (sent.put(name, part) != part) {
                changed.put(name, part);
            }
        });
        return changed;
    }
}
