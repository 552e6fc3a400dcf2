package dev.touchstone.trainer.gate;

import dev.touchstone.schemas.v1.GateDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the gate decided about a checkpoint.
 *
 * @param decision whether it may serve
 * @param summary the decision in one sentence
 * @param checks everything that was checked, in order; empty where nothing was
 * @param evidence what is known of the champion's successors now; null where there is no champion to compare with
 */
public record Verdict(
        GateDecision decision,
        String summary,
        List<Check> checks,
        @Nullable Evidence evidence) {
    /** Copies the list. */
    public Verdict {
        checks = List.copyOf(checks);
    }

    /** A decision without checks. */
    public static Verdict without(GateDecision decision, String summary, @Nullable Evidence evidence) {
        return new Verdict(decision, summary, List.of(), evidence);
    }

    /** Whether the checkpoint becomes champion. */
    public boolean promotes() {
        return decision == GateDecision.PROMOTED || decision == GateDecision.BOOTSTRAP;
    }

    /** The decision with all its reasons, one sentence each. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        reasons.add(summary);
        checks.forEach(check -> reasons.add(check.sentence()));
        return List.copyOf(reasons);
    }

    /** Figures of the checks by name, {@code gate.NAME}; those that are not finite are left out. */
    public Map<String, Double> values() {
        Map<String, Double> values = new TreeMap<>();
        if (evidence != null) {
            put(values, "gate.evidence", evidence.value());
            values.put("gate.pairs", (double) evidence.pairs());
            values.put("gate.looks", (double) evidence.looks());
        }
        checks.forEach(check -> put(values, "gate." + check.name(), check.value()));
        return values;
    }

    private static void put(Map<String, Double> values, String name, double value) {
        if (Double.isFinite(value)) {
            values.put(name, value);
        }
    }
}
