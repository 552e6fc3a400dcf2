package dev.touchstone.trainer.gate;

import static dev.touchstone.trainer.gate.Check.figure;

import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.trainer.learn.HeldOutPair;
import java.util.ArrayList;
import java.util.List;

/**
 * Not thread-safe. Compares checkpoints with one champion. The fresh held-out pairs decide whether there is a better one
 * ({@link Evidence}); only then the held-out pairs at hand are asked whether this one is worse in a way that must not be,
 * which costs a few times as much as an evaluation.
 */
public final class Gate {
    private final GateConfig config;
    private final Contender champion;
    private final Scorebook championScores;

    /**
     * @param config how strict it is
     * @param champion what candidates are compared with, for the life of this gate
     */
    public Gate(GateConfig config, Contender champion) {
        this.config = config;
        this.champion = champion;
        this.championScores = new Scorebook(champion);
    }

    /**
     * Looks at a candidate.
     *
     * @param before what was known of the champion's successors
     * @param candidate made before the fresh pairs were looked at, and never trained on any held-out pair
     * @param fresh held-out pairs that no candidate has been looked at with
     * @param heldOut held-out pairs at hand, looked at before or not
     */
    public Ruling look(Evidence before, Contender candidate, List<HeldOutPair> fresh, List<HeldOutPair> heldOut) {
        if (fresh.isEmpty()) {
            return Ruling.undecided("No held-out pair came since the checkpoint before.", before);
        }
        Evidence evidence = before.look(tally(candidate, fresh), fresh.size());
        if (evidence.pairs() < config.minPairs()) {
            return Ruling.undecided(
                    evidence.pairs() + " of " + config.minPairs() + " fresh held-out pairs have been seen since "
                            + evidence.champion() + " is champion.",
                    evidence);
        }
        double needed = 1 / config.alpha();
        double value = evidence.value();
        List<Check> checks = new ArrayList<>();
        checks.add(Check.of(
                "paired",
                value,
                needed,
                value >= needed,
                "the evidence of being better than " + evidence.champion() + " is " + figure(value) + " after "
                        + evidence.pairs() + " fresh held-out pairs; " + figure(needed) + " is needed."));
        if (value >= needed) {
            List<Scored> candidates = new Scorebook(candidate).score(heldOut, config.probePairs());
            List<Scored> champions = championScores.score(heldOut, config.probePairs());
            checks.addAll(new HeldOutChecks(config, candidates, champions).all());
            checks.addAll(new ProbeChecks(config, candidates, champions).all());
        }
        List<String> failed =
                checks.stream().filter(Check::failed).map(Check::name).toList();
        return failed.isEmpty()
                ? new Ruling(
                        GateDecision.PROMOTED, true, "It is better than " + evidence.champion() + ".", checks, evidence)
                : new Ruling(
                        GateDecision.REJECTED,
                        false,
                        "It did not pass: " + String.join(", ", failed) + ".",
                        checks,
                        evidence);
    }

    private Tally tally(Contender candidate, List<HeldOutPair> fresh) {
        List<Scored> mine = new Scorebook(candidate).score(fresh, 0);
        List<Scored> theirs = new Scorebook(champion).score(fresh, 0);
        Tally tally = Tally.NONE;
        for (int i = 0; i < fresh.size(); i++) {
            tally = tally.plus(mine.get(i).right(), theirs.get(i).right());
        }
        return tally;
    }
}
