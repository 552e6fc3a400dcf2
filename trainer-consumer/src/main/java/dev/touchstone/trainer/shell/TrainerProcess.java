package dev.touchstone.trainer.shell;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import dev.touchstone.schemas.telemetry.JsonLogs;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.store.StoreSettings;
import dev.touchstone.trainer.Trainer;
import dev.touchstone.trainer.TrainerSettings;
import dev.touchstone.trainer.gate.GateConfig;
import dev.touchstone.trainer.learn.LabelConfig;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.learn.ModelStart;
import dev.touchstone.trainer.learn.ReplayConfig;
import dev.touchstone.trainer.lineage.FencedException;
import dev.touchstone.trainer.lineage.PublicationException;
import dev.touchstone.trainer.log.Place;
import dev.touchstone.trainer.report.Mlflow;
import dev.touchstone.trainer.report.MlflowSettings;
import dev.touchstone.trainer.report.Reports;
import dev.touchstone.trainer.report.TensorBoard;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the trainer from the configuration, runs it in a thread, and ends the process if it has died. */
@Singleton
public class TrainerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerProcess.class);

    private static final String SERVICE = "trainer";

    private final Config config;
    private final TrainerConfig settings;
    private final MeterRegistry meters;
    private volatile List<Arm> arms = List.of();
    private volatile Tracing tracing = Tracing.OFF;

    /** A trainer and the thread that it runs in. */
    private record Arm(Trainer trainer, Thread thread) {}

    /** Made by the container. */
    TrainerProcess(Config config, TrainerConfig settings, MeterRegistry meters) {
        this.config = config;
        this.settings = settings;
        this.meters = meters;
    }

    /** Whether the trainer holds its model and works; with a plain arm, whether both do. */
    boolean ready() {
        return !arms.isEmpty() && arms.stream().allMatch(arm -> arm.trainer().running());
    }

    /** Whether the trainer has not died. */
    boolean alive() {
        return !arms.isEmpty() && arms.stream().allMatch(arm -> arm.thread().isAlive());
    }

    void start(@Observes StartupEvent event) {
        List<Arm> made = new ArrayList<>();
        try {
            JsonLogs.install(settings.logFormat(), SERVICE);
            tracing = Tracing.start(settings.tracing(), SERVICE);
            KafkaSettings kafka = KafkaSettings.fromConfiguration(
                            config.getPropertyNames(), name -> config.getOptionalValue(name, String.class))
                    .with(tracing);
            TrainerSettings main = trainerSettings(settings);
            for (TrainerSettings arm : settings.plainArm() ? List.of(main, main.plainArm()) : List.of(main)) {
                Reports reports = reports(arm);
                Trainer trainer = new Trainer(kafka, arm, Clock.systemUTC(), meters, reports);
                made.add(new Arm(trainer, new Thread(() -> run(trainer, reports), "trainer-" + arm.modelId())));
            }
            Torch.start(settings.nativeThreads());
            compute(settings).requireDevice();
        } catch (UserError | IllegalArgumentException e) {
            refuse(e);
            return;
        }
        arms = List.copyOf(made);
        arms.forEach(arm -> arm.thread().start());
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        arms.forEach(arm -> arm.trainer().stop());
        long end = System.nanoTime() + settings.grace().toNanos();
        for (Arm arm : arms) {
            arm.thread().join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            if (arm.thread().isAlive()) {
                LOG.warn(
                        "The trainer did not finish within {}: what it learnt last will be learnt again",
                        settings.grace());
            }
        }
        tracing.close();
    }

    private static void run(Trainer trainer, Reports reports) {
        try (reports) {
            trainer.run();
        } catch (UserError e) {
            refuse(e);
        } catch (FencedException | PublicationException | RegistryUnavailableException e) {
            LOG.error("{}", e.getMessage());
            Quarkus.asyncExit(1);
        } catch (RuntimeException | Error e) {
            LOG.error("The trainer cannot go on and ends", e);
            Quarkus.asyncExit(1);
        }
    }

    private static void refuse(RuntimeException mistake) {
        System.err.println(mistake.getMessage());
        Quarkus.asyncExit(UserError.EXIT_CODE);
    }

    private Reports reports(TrainerSettings wanted) {
        List<Reports.Destination> destinations = new ArrayList<>();
        if (settings.tensorboard()) {
            destinations.add(new TensorBoard(wanted.modelFolder().resolve("tensorboard")));
        }
        settings.mlflowUri()
                .ifPresent(uri -> destinations.add(new Mlflow(new MlflowSettings(
                        uri,
                        settings.mlflowExperiment(),
                        config.getOptionalValue("mlflow.tracking.token", String.class)
                                .orElse(null)))));
        return new Reports(destinations);
    }

    private static Compute compute(TrainerConfig settings) {
        return new Compute(settings.device(), settings.precision(), settings.deviceBatchTokens(), settings.recompute());
    }

    private static TrainingConfig usual(TrainerConfig settings, ModelStart start) {
        if (start.baseModel().isEmpty()) {
            return TrainingConfig.defaults(settings.seed());
        }
        TrainingConfig whole = TrainingConfig.fineTuning(settings.seed());
        return start.loraRank() == 0 ? whole : whole.withLearningRate(10 * whole.learningRate());
    }

    private static GateConfig gate(GateSettings gate) {
        return new GateConfig(
                gate.enabled(),
                gate.alpha(),
                gate.minPairs(),
                gate.minSlicePairs(),
                gate.noise(),
                gate.maxSliceLoss(),
                gate.maxCalibrationLoss(),
                gate.maxLengthRise(),
                gate.maxLengthCorrelation(),
                gate.maxInjectionShare(),
                gate.maxEmptyCritiqueLoss(),
                gate.minColonShare(),
                gate.probeTolerance(),
                gate.probePairs());
    }

    /** How a trainer runs by its configuration; throws as {@link TrainerSettings} does. */
    static TrainerSettings trainerSettings(TrainerConfig settings) {
        ModelStart start = new ModelStart(
                settings.baseModel().orElse(""),
                settings.rewardHeads(),
                settings.loraRank(),
                settings.maxInputTokens());
        TrainingConfig.Builder training = usual(settings, start).toBuilder();
        settings.learningRate().ifPresent(training::learningRate);
        settings.warmUpSteps().ifPresent(training::warmUpSteps);
        settings.weightDecay().ifPresent(training::weightDecay);
        settings.labelSmoothing().ifPresent(training::labelSmoothing);
        settings.centring().ifPresent(training::centring);
        settings.averageDecay().ifPresent(training::averageDecay);
        settings.withheldShare().ifPresent(training::withheldShare);
        if (settings.withheldShare().isPresent() && settings.baseModel().isEmpty()) {
            throw new UserError(
                    "touchstone.withheld-share is for base models: the built-in model learns from both ways of"
                            + " every pair, so leave the setting out.");
        }
        LearnerConfig learner = new LearnerConfig(
                start,
                training.build(),
                settings.heldOutFraction(),
                settings.heldOutPairs(),
                new ReplayConfig(
                        settings.replayShare(),
                        settings.replaySteps(),
                        settings.maxPasses(),
                        settings.reservoirPairs()),
                new LabelConfig(settings.ties(), settings.strengthMargin()),
                settings.windowPairs(),
                true);
        return new TrainerSettings(
                settings.topicPrefix(),
                settings.modelId(),
                settings.checkpointDir(),
                StoreSettings.of(
                        settings.checkpointStore(), settings.s3Endpoint(), settings.s3Region(), settings.s3PathStyle()),
                learner,
                settings.beginFrom()
                        .map(text -> Place.parse("touchstone.begin-from", text))
                        .orElse(new Place.Beginning()),
                compute(settings),
                settings.batchPairs(),
                settings.batchTokens(),
                settings.idle(),
                settings.checkpointEvery(),
                settings.checkpointBatches(),
                settings.keepCheckpoints(),
                settings.rollbackWindow(),
                settings.patience(),
                gate(settings.gate()));
    }
}
