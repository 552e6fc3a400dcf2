package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.rewardmodel.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Immutable. Best of n, from the outcomes of pairs: of a prompt's completions the one with the highest reward is a right one if
 * some chosen side is above all rejected ones. Asked of prompts with three completions at least, each of whose chosen sides stands in a pair
 * with each of its rejected ones.
 */
final class BestOf {
    private final List<Prompt> prompts = new ArrayList<>();

    /**
     * @param rivals for each chosen side, the places of its pairs
     * @param rejected how many rejected sides there are
     */
    private record Prompt(List<List<Integer>> rivals, int rejected) {
        double guess() {
            return rivals.size() / (double) (rivals.size() + rejected);
        }

        boolean won(double[] right) {
            return rivals.stream().anyMatch(pairs -> pairs.stream().allMatch(pair -> right[pair] == 1));
        }
    }

    BestOf(OwnData data) {
        Map<List<Turn>, Map<String, List<Integer>>> chosen = new LinkedHashMap<>();
        Map<List<Turn>, Set<String>> rejected = new LinkedHashMap<>();
        for (int i = 0; i < data.pairs().size(); i++) {
            OwnPair pair = data.pairs().get(i);
            chosen.computeIfAbsent(pair.prompt(), prompt -> new LinkedHashMap<>())
                    .computeIfAbsent(pair.chosen(), side -> new ArrayList<>())
                    .add(i);
            rejected.computeIfAbsent(pair.prompt(), prompt -> new HashSet<>()).add(pair.rejected());
        }
        chosen.forEach((prompt, sides) -> {
            int others = rejected.getOrDefault(prompt, Set.of()).size();
            if (sides.size() + others > 2 && sides.values().stream().allMatch(pairs -> pairs.size() == others)) {
                prompts.add(new Prompt(List.copyOf(sides.values()), others));
            }
        });
    }

    /** How many prompts it can be asked of. */
    int prompts() {
        return prompts.size();
    }

    /** The share of prompts at which a right completion is the best one; NaN without prompts. {@code right} is for each pair, of one model: 1, 0.5 for a draw, 0. */
    double share(double[] right) {
        return Numbers.mean(prompts.stream()
                .mapToDouble(prompt -> prompt.won(right) ? 1 : 0)
                .toArray());
    }

    /** What guessing makes of it; NaN without prompts. */
    double guess() {
        return Numbers.mean(prompts.stream().mapToDouble(Prompt::guess).toArray());
    }
}
