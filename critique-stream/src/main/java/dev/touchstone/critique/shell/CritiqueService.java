package dev.touchstone.critique.shell;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.CritiqueStream;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.Prices;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.telemetry.JsonLogs;
import dev.touchstone.schemas.telemetry.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.Random;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the core in a thread of its own when Quarkus starts, and stops it with Quarkus. */
@ApplicationScoped
public class CritiqueService {
    private static final Logger LOG = LoggerFactory.getLogger(CritiqueService.class);
    private static final String SERVICE = "critique-stream";
    private static final int FAULT_EXIT_CODE = 1;

    private final ServiceConfig config;
    private final Config properties;
    private final MeterRegistry registry;
    private volatile @Nullable CritiqueStream stream;
    private volatile @Nullable Thread runner;
    private volatile boolean failed;
    private volatile Tracing tracing = Tracing.OFF;

    /** Called by the container. */
    CritiqueService(ServiceConfig config, Config properties, MeterRegistry registry) {
        this.config = config;
        this.properties = properties;
        this.registry = registry;
    }

    void start(@Observes StartupEvent event) {
        try {
            JsonLogs.install(config.logFormat(), SERVICE);
            tracing = Tracing.start(config.tracing(), SERVICE);
        } catch (UserError e) {
            refuse(e);
            return;
        }
        runner = new Thread(this::run, "critique-stream");
        runner.start();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        Thread running = runner;
        CritiqueStream started = stream;
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        if (started != null) {
            started.close();
        }
        running.interrupt();
        running.join();
        tracing.close();
    }

    /** Whether records flow. */
    boolean isReady() {
        CritiqueStream started = stream;
        return started != null && started.isRunning();
    }

    /** Whether it runs, or is still starting. */
    boolean isAlive() {
        return !failed;
    }

    private void run() {
        try {
            CritiqueSettings settings = SettingsReader.settings(config);
            Metrics metrics = new Metrics(
                    registry, settings.critic().model(), settings.limits().moneyPerDay() / Prices.BILLION);
            Clock clock = Clock.systemUTC();
            LOG.info(
                    "The critic is {} at {}.",
                    settings.critic().model(),
                    settings.critic().baseUrl());
            CritiqueStream made = new CritiqueStream(
                    settings,
                    SettingsReader.kafka(properties).with(tracing),
                    CritiqueStream.TOPICS_PATIENCE,
                    new CriticClient(settings.critic(), clock, metrics),
                    metrics,
                    metrics,
                    clock,
                    new Random());
            metrics.watch(made);
            stream = made;
            made.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UserError e) {
            refuse(e);
        } catch (RuntimeException e) {
            failed = true;
            LOG.error("The critique stream ended.", e);
            Quarkus.asyncExit(FAULT_EXIT_CODE);
        }
    }

    private void refuse(UserError mistake) {
        failed = true;
        System.err.println(mistake.getMessage());
        Quarkus.asyncExit(UserError.EXIT_CODE);
    }
}
