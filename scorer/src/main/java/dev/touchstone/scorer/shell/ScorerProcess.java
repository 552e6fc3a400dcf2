package dev.touchstone.scorer.shell;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.telemetry.JsonLogs;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.scorer.ScorerCore;
import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.ScorerSettings;
import dev.touchstone.scorer.model.RewardModelLoader;
import dev.touchstone.store.CheckpointFetcher;
import dev.touchstone.store.StoreSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the core from the configuration, starts and stops it, and ends the process if the core has died. */
@Singleton
public class ScorerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ScorerProcess.class);

    private static final String SERVICE = "scorer";

    private final Config config;
    private final ScorerConfig settings;
    private final MeterRegistry meters;
    private @Nullable ScorerCore core;
    private Tracing tracing = Tracing.OFF;

    /** Made by the container. */
    ScorerProcess(Config config, ScorerConfig settings, MeterRegistry meters) {
        this.config = config;
        this.settings = settings;
        this.meters = meters;
    }

    /** The core. There is one as soon as the server listens. */
    public ScorerCore core() {
        ScorerCore started = core;
        if (started == null) {
            throw new IllegalStateException("The core is made before the server listens");
        }
        return started;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the failure itself is what is waited for
    void start(@Observes StartupEvent event) {
        JsonLogs.install(settings.logFormat(), SERVICE);
        tracing = Tracing.start(settings.tracing(), SERVICE);
        // A UserError from here ends the start before the server listens anywhere; Main prints it.
        ScorerCore made = build();
        made.failure().thenAccept(ScorerProcess::end);
        core = made;
        made.start();
    }

    void stop(@Observes ShutdownEvent event) {
        if (core != null) {
            core.close();
        }
        tracing.close();
    }

    private ScorerCore build() {
        refuseOtherMachines(
                config.getValue("quarkus.http.host", String.class),
                settings.http().insecure() || settings.http().keys().isPresent());
        if (settings.http().queueItems() < settings.http().maxItems()) {
            throw new UserError("touchstone.http.queue-items is below touchstone.http.max-items: a full request would"
                    + " never fit, raise the first or lower the second.");
        }
        return new ScorerCore(
                new ScorerSettings(
                        KafkaSettings.fromConfiguration(
                                        config.getPropertyNames(), name -> config.getOptionalValue(name, String.class))
                                .with(tracing),
                        settings.topicPrefix(),
                        settings.modelId(),
                        settings.modelVersion(),
                        settings.versionsBeside(),
                        settings.instanceId(),
                        settings.http().queueItems(),
                        settings.page()),
                loader(),
                new ScorerMetrics(meters),
                Clock.systemUTC());
    }

    /** The native library takes as long to load as the brokers take to tell what serves: both at once. */
    private RewardModelLoader loader() {
        RewardModelLoader loader = new RewardModelLoader(settings.nativeThreads(), compute(), fetcher());
        Thread thread = new Thread(
                () -> {
                    try {
                        loader.prepare();
                    } catch (RuntimeException | LinkageError e) {
                        LOG.warn("The native library cannot be loaded; every load of a model will say so.", e);
                    }
                },
                "scorer-native");
        thread.setDaemon(true);
        thread.start();
        return loader;
    }

    private CheckpointFetcher fetcher() {
        try {
            return new CheckpointFetcher(
                    StoreSettings.of(
                            settings.checkpointStore(),
                            settings.s3Endpoint(),
                            settings.s3Region(),
                            settings.s3PathStyle()),
                    settings.checkpointCache());
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private Compute compute() {
        try {
            Compute usual = new Compute(settings.device(), settings.precision(), 1 << 14, false).forScoring();
            return usual.with(settings.deviceBatchTokens().orElse(usual.batchTokens()), false);
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Where nobody has to show a key only this machine may ask.
     *
     * @param allowed whether a key is wanted, or the user wants none
     * @throws UserError if other machines could reach the host and that is not allowed
     */
    static void refuseOtherMachines(String host, boolean allowed) {
        try {
            if (allowed || InetAddress.getByName(host).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException e) {
            throw new UserError("quarkus.http.host is " + host + ", which is no address of this machine.", e);
        }
        throw new UserError("The scorer would listen on " + host + ", where other machines can reach it without a key:"
                + " set touchstone.http.keys, or touchstone.http.insecure=true if that is wanted, or"
                + " quarkus.http.host=127.0.0.1.");
    }

    private static void end(Throwable cause) {
        if (cause instanceof UserError) {
            System.err.println(cause.getMessage());
            Quarkus.asyncExit(UserError.EXIT_CODE);
        } else {
            LOG.error("The scorer cannot go on and ends", cause);
            Quarkus.asyncExit(1);
        }
    }
}
