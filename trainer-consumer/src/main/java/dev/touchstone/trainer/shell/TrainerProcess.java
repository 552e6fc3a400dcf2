package dev.touchstone.trainer.shell;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.trainer.Trainer;
import dev.touchstone.trainer.TrainerSettings;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.learn.ModelStart;
import dev.touchstone.trainer.lineage.FencedException;
import dev.touchstone.trainer.lineage.PublicationException;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the trainer from the configuration, runs it in a thread, and ends the process if it has died. */
@Singleton
public class TrainerProcess {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerProcess.class);

    private final Config config;
    private final TrainerConfig settings;
    private final MeterRegistry meters;
    private @Nullable Trainer trainer;
    private @Nullable Thread thread;

    /** Made by the container. */
    TrainerProcess(Config config, TrainerConfig settings, MeterRegistry meters) {
        this.config = config;
        this.settings = settings;
        this.meters = meters;
    }

    /** Whether the trainer holds its model and works. */
    boolean ready() {
        return trainer != null && trainer.running();
    }

    /** Whether the trainer has not died. */
    boolean alive() {
        return thread != null && thread.isAlive();
    }

    void start(@Observes StartupEvent event) {
        Trainer made;
        Reports reports;
        try {
            TrainerSettings wanted = trainerSettings();
            reports = reports(wanted);
            made = new Trainer(
                    KafkaSettings.fromConfiguration(
                            config.getPropertyNames(), name -> config.getOptionalValue(name, String.class)),
                    wanted,
                    Clock.systemUTC(),
                    meters,
                    reports);
            Torch.start(settings.nativeThreads());
            compute().requireDevice();
        } catch (UserError | IllegalArgumentException e) {
            refuse(e);
            return;
        }
        trainer = made;
        thread = new Thread(() -> run(made, reports), "trainer");
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (trainer != null && thread != null) {
            trainer.stop();
            thread.join(settings.grace().toMillis());
            if (thread.isAlive()) {
                LOG.warn(
                        "The trainer did not finish within {}: what it learnt last will be learnt again",
                        settings.grace());
            }
        }
    }

    private static void run(Trainer trainer, Reports reports) {
        try (reports) {
            trainer.run();
        } catch (UserError e) {
            refuse(e);
        } catch (FencedException | PublicationException e) {
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

    private Compute compute() {
        return new Compute(settings.device(), settings.precision(), settings.deviceBatchTokens(), settings.recompute());
    }

    private TrainingConfig usual(ModelStart start) {
        if (start.baseModel().isEmpty()) {
            return TrainingConfig.defaults(settings.seed());
        }
        TrainingConfig whole = TrainingConfig.fineTuning(settings.seed());
        return start.loraRank() == 0 ? whole : whole.withLearningRate(10 * whole.learningRate());
    }

    private TrainerSettings trainerSettings() {
        ModelStart start = new ModelStart(
                settings.baseModel().orElse(""),
                settings.rewardHeads(),
                settings.loraRank(),
                settings.maxInputTokens());
        TrainingConfig training = usual(start);
        if (settings.learningRate().isPresent()) {
            training = training.withLearningRate(settings.learningRate().getAsDouble());
        }
        if (settings.critiqueDropout().isPresent()) {
            training = training.withCritiqueDropout(settings.critiqueDropout().getAsDouble());
        }
        LearnerConfig learner = new LearnerConfig(
                start,
                training,
                settings.heldOutFraction(),
                settings.heldOutPairs(),
                settings.replaySteps(),
                settings.reservoirPairs(),
                settings.windowPairs(),
                settings.withheldSample());
        return new TrainerSettings(
                settings.topicPrefix(),
                settings.modelId(),
                settings.checkpointDir(),
                learner,
                compute(),
                settings.batchPairs(),
                settings.batchTokens(),
                settings.idle(),
                settings.checkpointEvery(),
                settings.checkpointBatches(),
                settings.keepCheckpoints(),
                settings.patience());
    }
}
