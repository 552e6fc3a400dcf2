package dev.touchstone.quickstart.models;

import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.ModelAlias;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Versions as text and as JSON. */
public final class VersionReport {
    private static final String ACCURACY = "heldOutAccuracy";

    private VersionReport() {}

    /** A table, one line per version. */
    public static String table(ModelBook book, List<CheckpointManifest> versions) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, "%-24s %9s %10s %9s %-14s %s%n", "VERSION", "STEP", "PAIRS", "HELD-OUT", "GATE", "NAMES"));
        for (CheckpointManifest manifest : versions) {
            Double accuracy = manifest.getMetrics().get(ACCURACY);
            text.append(String.format(
                    Locale.ROOT,
                    "%-24s %9d %10d %9s %-14s %s%n",
                    manifest.getVersionId(),
                    manifest.getStep(),
                    manifest.getTrainedPairs(),
                    accuracy == null ? "-" : String.format(Locale.ROOT, "%.3f", accuracy),
                    manifest.getGate(),
                    String.join(", ", book.namesOf(manifest.getVersionId()))));
        }
        return text.toString();
    }

    /** Everything about one version. */
    public static String page(ModelBook book, CheckpointManifest manifest) {
        StringBuilder text = new StringBuilder();
        line(text, "model", manifest.getModelId());
        line(text, "version", manifest.getVersionId());
        line(text, "sha256", manifest.getSha256());
        line(text, "files", manifest.getUri());
        line(text, "written", manifest.getCreatedAt());
        line(text, "parent", manifest.getParent());
        line(text, "step", manifest.getStep());
        line(text, "pairs trained", manifest.getTrainedPairs());
        line(text, "pairs held out", manifest.getHeldOutPairs());
        line(text, "critic", manifest.getCriticModel());
        line(text, "prompt version", manifest.getPromptVersion());
        manifest.getOffsets()
                .forEach(offset -> line(
                        text,
                        "next offset",
                        offset.getTopic() + "-" + offset.getPartition() + " " + offset.getNextOffset()));
        manifest.getBegan()
                .forEach(offset -> line(
                        text,
                        "the model began at",
                        offset.getTopic() + "-" + offset.getPartition() + " " + offset.getNextOffset()));
        for (String name : book.namesOf(manifest.getVersionId())) {
            ModelAlias alias = book.names().get(name);
            if (alias != null) {
                line(
                        text,
                        "named",
                        name + " by " + alias.getChangedBy() + " at " + alias.getChangedAt() + ": "
                                + String.join(" ", alias.getReasons()));
            }
        }
        line(text, "gate", manifest.getGate());
        manifest.getGateReasons().forEach(reason -> line(text, "", reason));
        new TreeMap<>(manifest.getMetrics())
                .forEach((name, value) -> line(text, name, String.format(Locale.ROOT, "%.6g", value)));
        return text.toString();
    }

    /** One version as JSON. */
    public static Map<String, Object> json(ModelBook book, CheckpointManifest manifest) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("versionId", manifest.getVersionId());
        json.put("sha256", manifest.getSha256());
        json.put("uri", manifest.getUri());
        json.put("createdAt", manifest.getCreatedAt().toString());
        json.put("parent", manifest.getParent());
        json.put("step", manifest.getStep());
        json.put("trainedPairs", manifest.getTrainedPairs());
        json.put("heldOutPairs", manifest.getHeldOutPairs());
        json.put("gate", manifest.getGate().name());
        json.put("gateReasons", manifest.getGateReasons());
        json.put("names", book.namesOf(manifest.getVersionId()));
        json.put("metrics", new TreeMap<>(manifest.getMetrics()));
        return json;
    }

    private static void line(StringBuilder text, String what, @Nullable Object value) {
        if (value != null) {
            text.append(String.format(Locale.ROOT, "%-32s %s%n", what, value));
        }
    }
}
