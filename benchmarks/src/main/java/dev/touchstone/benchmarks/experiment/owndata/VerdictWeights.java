package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.LogisticFit;
import dev.touchstone.benchmarks.experiment.owndata.OwnPair.Remark;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Immutable. No model at all: a completion is worth the weighted sum of its critic's verdicts.
 *
 * @param weights by aspect
 */
record VerdictWeights(Map<String, Double> weights) {
    /** The same weight for every aspect: no label is needed. */
    static VerdictWeights equal(List<OwnPair> pairs, OwnCritic critic) {
        Map<String, Double> weights = new HashMap<>();
        for (OwnPair pair : pairs) {
            critic.of(pair, true).verdicts().keySet().forEach(aspect -> weights.put(aspect, 1.0));
            critic.of(pair, false).verdicts().keySet().forEach(aspect -> weights.put(aspect, 1.0));
        }
        return new VerdictWeights(weights);
    }

    /** The weights under which the pairs' labels are most likely; see {@link LogisticFit}. */
    static VerdictWeights fitted(List<OwnPair> pairs, OwnCritic critic) {
        List<String> aspects =
                List.copyOf(new TreeSet<>(equal(pairs, critic).weights().keySet()));
        double[][] differences = new double[pairs.size()][];
        for (int i = 0; i < differences.length; i++) {
            Map<String, Double> chosen = critic.of(pairs.get(i), true).verdicts();
            Map<String, Double> rejected = critic.of(pairs.get(i), false).verdicts();
            differences[i] = aspects.stream()
                    .mapToDouble(aspect -> verdict(chosen, aspect) - verdict(rejected, aspect))
                    .toArray();
        }
        double[] w = LogisticFit.weights(differences, aspects.size());
        Map<String, Double> weights = new HashMap<>();
        for (int i = 0; i < w.length; i++) {
            weights.put(aspects.get(i), w[i]);
        }
        return new VerdictWeights(weights);
    }

    /** 1 if it orders the pair as its label does, 0 if not; where it sees no difference it guesses: 0.5. */
    double right(OwnPair pair, OwnCritic critic) {
        double difference = score(critic.of(pair, true)) - score(critic.of(pair, false));
        return Math.abs(difference) < 1e-9 ? 0.5 : difference > 0 ? 1 : 0;
    }

    private double score(Remark remark) {
        return weights.entrySet().stream()
                .mapToDouble(weight -> weight.getValue() * verdict(remark.verdicts(), weight.getKey()))
                .sum();
    }

    /** A verdict that is missing is between good and bad. */
    private static double verdict(Map<String, Double> verdicts, String aspect) {
        return verdicts.getOrDefault(aspect, 0.5);
    }
}
