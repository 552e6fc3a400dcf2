package dev.touchstone.trainer.shell;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.trainer.TrainerSettings;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.log.Place;
import dev.touchstone.trainer.replay.LiveConfig;
import dev.touchstone.trainer.replay.Retrain;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;

/**
 * What {@code ./touchstone retrain} runs as a process of its own: the trainer's classes without its container. Where it runs
 * and how it computes are the trainer's settings; it is told the rest by three arguments: up to where it reads (empty for the
 * end), whether the ledger is left aside, and the folder. To standard output go lines of a word and its arguments, for the
 * launcher: {@code at DONE TOTAL TRAINED}, {@code note SENTENCE}, {@code result JSON}. Exit codes: 0; 1 if the model that
 * came out is not the live one, or none came out; 2 for wrong use.
 */
public final class RetrainMain {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private RetrainMain() {}

    /** Runs it and exits. */
    public static void main(String[] arguments) throws IOException {
        try {
            System.exit(run(arguments[0], Boolean.parseBoolean(arguments[1]), Path.of(arguments[2])));
        } catch (UserError | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(UserError.EXIT_CODE);
        } catch (CheckpointException | IllegalStateException | KafkaException e) {
            System.err.println("The model cannot be built: " + e.getMessage());
            System.exit(1);
        }
    }

    private static int run(String until, boolean fromScratch, Path folder) throws CheckpointException, IOException {
        SmallRyeConfig config = configuration();
        TrainerSettings settings = TrainerProcess.trainerSettings(config.getConfigMapping(TrainerConfig.class));
        KafkaSettings kafka = KafkaSettings.fromConfiguration(
                config.getPropertyNames(), name -> config.getOptionalValue(name, String.class));
        TopicCatalogue topics = new TopicCatalogue(settings.topicPrefix());
        Torch.start(config.getConfigMapping(TrainerConfig.class).nativeThreads());
        settings.compute().requireDevice();
        Retrain.Outcome outcome = new Retrain(kafka, topics, PATIENCE)
                .run(
                        new Retrain.Order(
                                settings.modelId(),
                                begunWith(kafka, topics, settings),
                                settings.compute(),
                                settings.batchPairs(),
                                settings.batchTokens(),
                                until.isEmpty() ? new Place.End() : Place.parse("--until", until),
                                fromScratch,
                                folder),
                        (done, total, trained) -> System.out.println("at " + done + " " + total + " " + trained));
        System.out.println("result " + new ObjectMapper().writeValueAsString(report(settings.modelId(), outcome)));
        return outcome.differs() ? 1 : 0;
    }

    /** The trainer's configuration without its container. */
    static SmallRyeConfig configuration() {
        return new SmallRyeConfigBuilder()
                .addDefaultSources()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withMapping(TrainerConfig.class)
                .withMappingIgnore("touchstone.**")
                .build();
    }

    private static LearnerConfig begunWith(KafkaSettings kafka, TopicCatalogue topics, TrainerSettings settings) {
        return LiveConfig.read(kafka, topics, settings.modelId(), PATIENCE, RetrainMain::note)
                .orElseGet(() -> {
                    note("No checkpoint of model " + settings.modelId()
                            + " can be read here, so it is begun with the settings in TOUCHSTONE_ variables.");
                    return settings.learner();
                });
    }

    private static void note(String sentence) {
        System.out.println("note " + sentence.replace('\n', ' '));
    }

    private static Map<String, Object> report(String model, Retrain.Outcome outcome) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("model", model);
        report.put("version", outcome.checkpoint().versionId());
        report.put("sha256", outcome.checkpoint().sha256());
        report.put("folder", outcome.checkpoint().folder().toAbsolutePath().toString());
        report.put("steps", outcome.figures().steps());
        report.put("trainedPairs", outcome.figures().trained());
        report.put("heldOutPairs", outcome.figures().heldOut());
        report.put("skippedRecords", outcome.figures().skipped());
        report.put("microBatchesOfTheLedger", outcome.followed());
        report.put("microBatchesCutAnew", outcome.cut());
        report.put("offsets", outcome.offsets());
        CheckpointManifest live = outcome.live();
        report.put("liveVersion", live == null ? null : live.getVersionId());
        report.put("liveSha256", live == null ? null : live.getSha256());
        report.put("wholeLedger", outcome.atLedgerEnd() != null);
        report.put("equalsLive", live == null ? null : outcome.equalsLive());
        return report;
    }
}
