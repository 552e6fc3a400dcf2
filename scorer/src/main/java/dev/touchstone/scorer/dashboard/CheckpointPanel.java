package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.ModelAlias;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. The newest checkpoints of a model with what the gate said, and the names that versions have. */
final class CheckpointPanel {
    private static final int ROWS = 12;
    private static final int KEPT = 500;
    private static final int ALIASES = 100;

    private final Map<String, Row> checkpoints = new LinkedHashMap<>();
    private final Map<String, Name> names = new TreeMap<>();
    private @Nullable View view;

    /** What a checkpoint is now. */
    enum State {
        CHAMPION,
        CANDIDATE,
        FORMER,
        REJECTED,
        RETIRED
    }

    /**
     * One checkpoint.
     *
     * @param state what it is now
     * @param names what it is called on the topic of models
     * @param reasons why the gate decided so
     * @param heldOut accuracy on held-out pairs, 0 to 1; null if not measured
     */
    record Row(
            String version,
            State state,
            List<String> names,
            GateDecision gate,
            List<String> reasons,
            long pairs,
            @Nullable Double heldOut,
            Instant createdAt,
            boolean retired) {
        static Row of(CheckpointManifest manifest) {
            return new Row(
                    manifest.getVersionId(),
                    State.CANDIDATE,
                    List.of(),
                    manifest.getGate(),
                    List.copyOf(manifest.getGateReasons()),
                    manifest.getTrainedPairs(),
                    manifest.getMetrics().get("heldOutAccuracy"),
                    manifest.getCreatedAt(),
                    manifest.getRetiredAt() != null);
        }

        Row named(State now, List<String> called) {
            return new Row(version, now, called, gate, reasons, pairs, heldOut, createdAt, retired);
        }
    }

    /** A name of a version: champion, previous, hold, or a pin. */
    record Name(String name, String version, List<String> reasons, String changedBy, Instant changedAt) {}

    /**
     * What is shown.
     *
     * @param newest newest first, and whatever has a name
     * @param names by name
     * @param decisions how often the gate said what, over the checkpoints that are remembered
     * @param held whether the gate may not promote
     */
    record View(List<Row> newest, List<Name> names, Map<GateDecision, Long> decisions, boolean held) {}

    void add(CheckpointManifest manifest) {
        // A manifest that comes again, because it was retired, keeps its place.
        checkpoints.put(manifest.getVersionId(), Row.of(manifest));
        if (checkpoints.size() > KEPT) {
            checkpoints.keySet().stream()
                    .filter(version -> names.values().stream()
                            .noneMatch(name -> name.version().equals(version)))
                    .findFirst()
                    .ifPresent(checkpoints::remove);
        }
        view = null;
    }

    void add(ModelAlias alias) {
        if (names.size() < ALIASES || names.containsKey(alias.getAlias())) {
            names.put(
                    alias.getAlias(),
                    new Name(
                            alias.getAlias(),
                            alias.getVersionId(),
                            List.copyOf(alias.getReasons()),
                            alias.getChangedBy(),
                            alias.getChangedAt()));
        }
        view = null;
    }

    void removeName(String alias) {
        names.remove(alias);
        view = null;
    }

    View view() {
        View shown = view;
        if (shown == null) {
            shown = made();
            view = shown;
        }
        return shown;
    }

    private View made() {
        List<Row> rows = new ArrayList<>(checkpoints.values());
        Collections.reverse(rows);
        Map<GateDecision, Long> decisions = new TreeMap<>();
        rows.forEach(row -> decisions.merge(row.gate(), 1L, Long::sum));
        List<Row> shown = new ArrayList<>();
        int place = 0;
        for (Row row : rows) {
            List<String> called = names.values().stream()
                    .filter(name -> name.version().equals(row.version()))
                    .map(Name::name)
                    .toList();
            if (place++ < ROWS || !called.isEmpty()) {
                shown.add(row.named(state(row, called), called));
            }
        }
        return new View(
                List.copyOf(shown),
                List.copyOf(names.values()),
                Map.copyOf(decisions),
                names.containsKey(Aliases.HOLD));
    }

    private static State state(Row row, List<String> called) {
        if (called.contains(Aliases.CHAMPION)) {
            return State.CHAMPION;
        }
        if (row.retired()) {
            return State.RETIRED;
        }
        return switch (row.gate()) {
            case PROMOTED, BOOTSTRAP -> State.FORMER;
            case REJECTED -> State.REJECTED;
            case NOT_EVALUATED, UNKNOWN -> State.CANDIDATE;
        };
    }
}
