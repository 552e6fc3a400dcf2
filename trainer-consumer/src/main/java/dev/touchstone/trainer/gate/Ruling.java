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
 * @param serves whether the checkpoint becomes champion
 * @param summary the decision in one sentence
 * @param checks everything that was checked, in order; empty where nothing was
 * @param evidence what is known of the champion's successors now; null where there is no champion to compare with
 */
public record Ruling(
        GateDecision decision,
        boolean serves,
        String summary,
        List<Check> checks,
        @Nullable Evidence evidence) {
    /** Copies the list. */
    public Ruling {
        checks = List.copyOf(checks);
    }

    /** There is no champion, so this one serves. */
    public static Ruling bootstrap() {
        return new Ruling(
                GateDecision.BOOTSTRAP, true, "It serves because no version of this model does.", List.of(), null);
    }

    /** There is no gate, so this one serves. */
    public static Ruling ungated() {
        return new Ruling(
                GateDecision.NOT_EVALUATED, true, "No gate is set: every checkpoint serves.", List.of(), null);
    }

    /** Nothing was decided, so the champion goes on serving. */
    public static Ruling undecided(String why, @Nullable Evidence evidence) {
        return new Ruling(GateDecision.NOT_EVALUATED, false, why, List.of(), evidence);
    }

    /** The same, but that the champion must go on serving. */
    public Ruling held(String why) {
        return serves ? new Ruling(GateDecision.NOT_EVALUATED, false, why + " " + summary, checks, evidence) : this;
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
