package dev.touchstone.trainer;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.LedgerEntry;
import dev.touchstone.schemas.v1.PartitionOffset;
import dev.touchstone.schemas.v1.TrainingMetrics;
import dev.touchstone.trainer.gate.Evidence;
import dev.touchstone.trainer.gate.Ruling;
import dev.touchstone.trainer.learn.BatchOutcome;
import dev.touchstone.trainer.learn.Evaluation;
import dev.touchstone.trainer.learn.Example.Critic;
import dev.touchstone.trainer.learn.Figures;
import dev.touchstone.trainer.lineage.AliasChange;
import dev.touchstone.trainer.lineage.Publication;
import dev.touchstone.trainer.log.Cut;
import dev.touchstone.trainer.log.LogItem;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Immutable. Writes down a checkpoint as the records that are published of it.
 *
 * @param modelId the model
 * @param topic name of the log
 * @param parent the version that training went on from; null for the first
 * @param began where this trainer began to read, by partition
 */
record CheckpointRecords(
        String modelId, String topic, @Nullable String parent, Map<Integer, Long> began) {
    /** Figures that TrainingMetrics has fields of their own for. */
    private static final Set<String> FIELDS = Set.of("windowPairs", "windowAccuracy", "prequentialAccuracy");

    /**
     * A micro-batch that has been learnt and not been published.
     *
     * @param cut what it consumed
     * @param outcome what became of it
     */
    record Learnt(Cut cut, BatchOutcome outcome) {}

    /**
     * Everything that becomes visible with the checkpoint.
     *
     * @param uri where the files are
     */
    Publication publication(
            Checkpoint.Written written,
            URI uri,
            List<Learnt> batches,
            Map<Integer, Long> offsets,
            Figures figures,
            Evaluation evaluation,
            Ruling ruling,
            List<AliasChange> aliases,
            Instant now) {
        Instant at = now.truncatedTo(ChronoUnit.MICROS);
        List<LedgerEntry> ledger = new ArrayList<>();
        List<LogItem.Dead> dead = new ArrayList<>();
        for (Learnt batch : batches) {
            ledger.add(entry(batch, written.versionId()));
            dead.addAll(batch.cut().dead());
        }
        return new Publication(
                manifest(written, uri, offsets, figures, evaluation, ruling, at),
                ledger,
                metrics(written.versionId(), figures, evaluation, ruling, at),
                aliases,
                dead,
                List.of());
    }

    private LedgerEntry entry(Learnt batch, String version) {
        BatchOutcome outcome = batch.outcome();
        return LedgerEntry.newBuilder()
                .setModelId(modelId)
                .setBatch(outcome.batch())
                .setStep(outcome.step())
                .setParent(parent)
                .setVersionId(version)
                .setRanges(batch.cut().ranges().stream()
                        .map(range -> range.toRecord(topic))
                        .toList())
                .setTrainedPairs(outcome.trained())
                .setHeldOutPairs(outcome.heldOut())
                .setSkippedPairs(outcome.skipped())
                .setTokens(outcome.tokens())
                .setCut(batch.cut().reason())
                .build();
    }

    private CheckpointManifest manifest(
            Checkpoint.Written written,
            URI uri,
            Map<Integer, Long> offsets,
            Figures figures,
            Evaluation evaluation,
            Ruling ruling,
            Instant at) {
        Evidence evidence = ruling.evidence();
        Critic critic = figures.critic();
        return CheckpointManifest.newBuilder()
                .setModelId(modelId)
                .setVersionId(written.versionId())
                .setUri(uri.toString())
                .setSha256(written.sha256())
                .setStep(figures.steps())
                .setOffsets(list(offsets))
                .setBegan(parent == null ? list(began) : List.of())
                .setParent(parent)
                .setTrainedPairs(figures.trained())
                .setHeldOutPairs(figures.heldOut())
                .setCriticModel(critic == null ? null : critic.model())
                .setPromptVersion(critic == null ? null : critic.promptVersion())
                .setRewardMean(evaluation.rewardMean())
                .setRewardDeviation(evaluation.rewardDeviation())
                .setMetrics(values(figures, evaluation, ruling, true))
                .setGate(ruling.decision())
                .setGateReasons(ruling.reasons())
                .setGateState(evidence == null ? null : evidence.toJson())
                .setCreatedAt(at)
                .build();
    }

    private List<PartitionOffset> list(Map<Integer, Long> offsets) {
        return new TreeMap<>(offsets)
                .entrySet().stream()
                        .map(e -> new PartitionOffset(topic, e.getKey(), e.getValue()))
                        .toList();
    }

    private TrainingMetrics metrics(String version, Figures figures, Evaluation evaluation, Ruling ruling, Instant at) {
        return TrainingMetrics.newBuilder()
                .setModelId(modelId)
                .setVersionId(version)
                .setStep(figures.steps())
                .setTrainedPairs(figures.trained())
                .setHeldOutPairs(figures.heldOut())
                .setWindowPairs(figures.windowPairs())
                .setLoss(figures.loss())
                .setMargin(figures.margin())
                .setWindowAccuracy(figures.windowAccuracy())
                .setPrequentialAccuracy(figures.accuracy())
                .setHeldOutAccuracy(evaluation.accuracy())
                .setHeldOutAccuracyWithoutCritique(evaluation.accuracyWithoutCritique())
                .setHeldOutLengthAccuracy(evaluation.lengthAccuracy())
                .setGradientNorm(figures.gradientNorm())
                .setValues(values(figures, evaluation, ruling, false))
                .setMeasuredAt(at)
                .build();
    }

    /** Figures by name; with the named fields of TrainingMetrics only where the record has no such fields of its own. */
    private static Map<String, Double> values(Figures figures, Evaluation evaluation, Ruling ruling, boolean named) {
        Map<String, Double> values = new TreeMap<>(ruling.values());
        if (named) {
            put(values, "loss", figures.loss());
            put(values, "margin", figures.margin());
            put(values, "windowAccuracy", figures.windowAccuracy());
            put(values, "prequentialAccuracy", figures.accuracy());
            put(values, "heldOutAccuracy", evaluation.accuracy());
            put(values, "heldOutAccuracyWithoutCritique", evaluation.accuracyWithoutCritique());
            put(values, "heldOutLengthAccuracy", evaluation.lengthAccuracy());
            put(values, "gradientNorm", figures.gradientNorm());
        } else {
            put(values, "rewardMean", evaluation.rewardMean());
            put(values, "rewardDeviation", evaluation.rewardDeviation());
        }
        figures.prequential().byName().forEach((name, value) -> {
            boolean ofOneName = name.contains("/"); // the stream may bring many: they are not kept with every version
            if (named ? !ofOneName : !FIELDS.contains(name)) {
                put(values, name, Double.isFinite(value) ? value : null);
            }
        });
        values.put("batches", (double) figures.batch());
        values.put("tokens", (double) figures.tokens());
        values.put("skippedPairs", (double) figures.skipped());
        values.put("skippedSteps", (double) figures.skippedSteps());
        values.put("heldOutEvaluated", (double) evaluation.pairs());
        values.put("critics", (double) figures.critics());
        evaluation.slices().forEach((name, slice) -> {
            values.put("heldOutEvaluated." + name, (double) slice.pairs());
            values.put("heldOutAccuracy." + name, slice.accuracy());
            values.put("heldOutAccuracyWithoutCritique." + name, slice.accuracyWithoutCritique());
        });
        return values;
    }

    private static void put(Map<String, Double> values, String name, @Nullable Double value) {
        if (value != null) {
            values.put(name, value);
        }
    }
}
