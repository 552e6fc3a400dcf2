package dev.touchstone.scorer.shell;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Ready: a model serves. Live: no part of the core has died. */
@Singleton
public class Health {
    private final ScorerProcess process;

    /** Made by the container. */
    Health(ScorerProcess process) {
        this.process = process;
    }

    /** Whether a model serves. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck ready() {
        return () -> HealthCheckResponse.named("model")
                .status(process.core().engine().serving().isPresent()
                        && !process.core().failure().isDone())
                .build();
    }

    /** Whether every part of the core runs. */
    @Produces
    @Singleton
    @Liveness
    HealthCheck live() {
        return () -> HealthCheckResponse.named("core")
                .status(!process.core().failure().isDone())
                .build();
    }
}
