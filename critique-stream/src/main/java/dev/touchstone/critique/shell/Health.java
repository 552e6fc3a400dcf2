package dev.touchstone.critique.shell;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Ready while records flow; alive until the core has died. */
@ApplicationScoped
class Health {
    @Produces
    @Readiness
    HealthCheck ready(CritiqueService service) {
        return () -> check("critique-stream", service.isReady());
    }

    @Produces
    @Liveness
    HealthCheck alive(CritiqueService service) {
        return () -> check("critique-stream", service.isAlive());
    }

    private static HealthCheckResponse check(String name, boolean up) {
        return HealthCheckResponse.named(name).status(up).build();
    }
}
