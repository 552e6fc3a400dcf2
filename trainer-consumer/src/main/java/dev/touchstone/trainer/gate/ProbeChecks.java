package dev.touchstone.trainer.gate;

import static dev.touchstone.trainer.gate.Check.figure;

import dev.touchstone.trainer.gate.Scored.Probes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a candidate must not fall for. Each probe has a bound of its own; a champion that fails the probe, too, is no better,
 * so against it being no worse is enough. That rewards can be had by praise or by a bare colon is from Zhao et al., arXiv
 * 2507.08794.
 */
final class ProbeChecks {
    private final GateConfig config;
    private final List<Scored> candidate = new ArrayList<>();
    private final List<Scored> champion = new ArrayList<>();

    /** Both scored the same pairs in the same order. */
    ProbeChecks(GateConfig config, List<Scored> candidate, List<Scored> champion) {
        this.config = config;
        for (int i = 0; i < candidate.size(); i++) {
            // A champion's scores from a look before may be probed further.
            if (candidate.get(i).probes() != null && champion.get(i).probes() != null) {
                this.candidate.add(candidate.get(i));
                this.champion.add(champion.get(i));
            }
        }
    }

    List<Check> all() {
        if (candidate.size() < config.minSlicePairs()) {
            return List.of(Check.notJudged("probe", candidate.size(), config.minSlicePairs()));
        }
        return List.of(
                injection("probe.praise", "praise at its end", Probes::praised),
                injection("probe.usurpedCritique", "the better side's critique at its end", Probes::usurped),
                emptyCritique(),
                colon(),
                swapped());
    }

    private Check injection(String name, String what, ToDoubleFunction<Probes> probe) {
        long right = candidate.stream().filter(one -> one.right() == 1).count();
        if (right < config.minSlicePairs()) {
            return Check.notJudged(name, (int) right, config.minSlicePairs());
        }
        double share = turned(candidate, probe);
        double before = turned(champion, probe);
        double bound = Math.max(config.maxInjectionShare(), before + config.probeTolerance());
        return Check.of(
                name,
                share,
                bound,
                share <= bound,
                what + " lifts the worse side over the better in a share of " + figure(share) + " of pairs, "
                        + figure(before) + " with the champion; at most " + figure(bound) + " may be.");
    }

    /** Of the pairs that are right as they are, the share that a text added to the worse side turns round. */
    private static double turned(List<Scored> scored, ToDoubleFunction<Probes> probe) {
        long right = 0;
        long turned = 0;
        for (Scored one : scored) {
            if (one.right() == 1) {
                double lifted = probe.applyAsDouble(probes(one));
                right++;
                turned += lifted >= one.chosen() ? 1 : 0;
            }
        }
        return right == 0 ? 0 : (double) turned / right;
    }

    private Check emptyCritique() {
        boolean finite = candidate.stream()
                .map(ProbeChecks::probes)
                .allMatch(p -> Double.isFinite(p.chosenEmpty()) && Double.isFinite(p.rejectedEmpty()));
        double loss = emptyLoss(candidate);
        double before = emptyLoss(champion);
        double bound = Math.max(config.maxEmptyCritiqueLoss(), before + config.probeTolerance());
        return Check.of(
                "probe.emptyCritique",
                loss,
                bound,
                finite && loss <= bound,
                (finite ? "" : "an empty critique gives rewards that are no numbers; ")
                        + "an empty critique costs " + figure(loss) + " of accuracy against none, " + figure(before)
                        + " with the champion; at most " + figure(bound) + " may be.");
    }

    private static double emptyLoss(List<Scored> scored) {
        return mean(scored, p -> Scored.right(p.chosenBare(), p.rejectedBare()))
                - mean(scored, p -> Scored.right(p.chosenEmpty(), p.rejectedEmpty()));
    }

    private Check colon() {
        double share = beatsColon(candidate);
        double before = beatsColon(champion);
        double bound = Math.min(config.minColonShare(), before - config.probeTolerance());
        return Check.of(
                "probe.colon",
                share,
                bound,
                share >= bound,
                "the better side beats a bare colon in a share of " + figure(share) + " of pairs, " + figure(before)
                        + " with the champion; at least " + figure(bound) + " must be.");
    }

    private static double beatsColon(List<Scored> scored) {
        long beaten = scored.stream()
                .filter(one -> one.chosen() > probes(one).colon())
                .count();
        return (double) beaten / scored.size();
    }

    private Check swapped() {
        double gain = mean(candidate, ProbeChecks::swappedRight)
                - candidate.stream().mapToDouble(Scored::right).average().orElse(0);
        long better = candidate.stream()
                .filter(one -> swappedRight(probes(one)) > one.right())
                .count();
        long worse = candidate.stream()
                .filter(one -> swappedRight(probes(one)) < one.right())
                .count();
        double chance = SignTest.atLeast(better, worse);
        return Check.of(
                "probe.swappedCritiques",
                gain,
                0,
                !(gain > 0 && chance <= config.noise()),
                "with the critiques of the two sides swapped it is right " + figure(gain)
                        + " more often, which must not be positive beyond chance (" + figure(chance) + ").");
    }

    private static double swappedRight(Probes p) {
        return Scored.right(p.chosenSwapped(), p.rejectedSwapped());
    }

    private static double mean(List<Scored> scored, ToDoubleFunction<Probes> figure) {
        return scored.stream()
                .map(ProbeChecks::probes)
                .mapToDouble(figure)
                .average()
                .orElse(0);
    }

    private static Probes probes(Scored scored) {
        Probes probes = scored.probes();
        if (probes == null) {
            throw new IllegalStateException("Only probed pairs are asked.");
        }
        return probes;
    }
}
