package dev.touchstone.trainer.shell;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Ready: the trainer holds its model. Live: it has not died. */
@Singleton
public class Health {
    private final TrainerProcess process;

    /** Made by the container. */
    Health(TrainerProcess process) {
        this.process = process;
    }

    /** Whether the trainer holds its model. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck ready() {
        return () -> HealthCheckResponse.named("model").status(process.ready()).build();
    }

    /** Whether the trainer runs. */
    @Produces
    @Singleton
    @Liveness
    HealthCheck live() {
        return () ->
                HealthCheckResponse.named("trainer").status(process.alive()).build();
    }
}
