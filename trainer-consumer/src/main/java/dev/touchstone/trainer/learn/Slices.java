package dev.touchstone.trainer.learn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Parts of the held-out pairs that are looked at on their own. A pair may be in several:
 *
 * <ul>
 *   <li>{@code hard}: the worse side is the longer one, so a model that only learnt length gets it wrong;
 *   <li>{@code matched}: the lengths differ by no more than a tenth of the longer one, so length says little;
 *   <li>{@code source:NAME}: pairs of one source, for those that have most pairs.
 * </ul>
 */
public final class Slices {
    /** The worse side is the longer one. */
    public static final String HARD = "hard";
    /** Both sides are about as long. */
    public static final String MATCHED = "matched";
    /** What the slice of a source begins with. */
    public static final String SOURCE = "source:";

    private static final int MOST_SOURCES = 32;

    private Slices() {}

    /**
     * How a model does on one slice.
     *
     * @param pairs how many held-out pairs are in it, at least 1
     * @param accuracy share whose chosen side scores higher, a draw counting half
     * @param accuracyWithoutCritique the same with every critique withheld
     */
    public record Slice(int pairs, double accuracy, double accuracyWithoutCritique) {}

    /** The slices that a pair is in. */
    public static List<String> of(HeldOutPair pair) {
        List<String> names = new ArrayList<>();
        int chosen = pair.chosenLength();
        int rejected = pair.rejectedLength();
        if (rejected > chosen) {
            names.add(HARD);
        }
        if (10L * Math.abs(chosen - rejected) <= Math.max(chosen, rejected)) {
            names.add(MATCHED);
        }
        if (!pair.source().isEmpty()) {
            names.add(SOURCE + pair.source());
        }
        return names;
    }

    /**
     * Accuracy by slice; a slice without pairs is absent.
     *
     * @param pairs the held-out pairs
     * @param wins 1 where the chosen side scores higher, 0.5 for a draw, else 0
     * @param winsWithoutCritique the same with every critique withheld
     */
    static SortedMap<String, Slice> measure(List<HeldOutPair> pairs, double[] wins, double[] winsWithoutCritique) {
        Set<String> sources = frequentSources(pairs);
        SortedMap<String, Slice> slices = new TreeMap<>();
        for (int i = 0; i < pairs.size(); i++) {
            Slice one = new Slice(1, wins[i], winsWithoutCritique[i]);
            for (String name : of(pairs.get(i))) {
                if (!name.startsWith(SOURCE) || sources.contains(name)) {
                    slices.merge(name, one, Slices::sum);
                }
            }
        }
        slices.replaceAll(
                (name, sum) -> new Slice(sum.pairs, sum.accuracy / sum.pairs, sum.accuracyWithoutCritique / sum.pairs));
        return slices;
    }

    private static Slice sum(Slice a, Slice b) {
        return new Slice(
                a.pairs + b.pairs, a.accuracy + b.accuracy, a.accuracyWithoutCritique + b.accuracyWithoutCritique);
    }

    /** Hostile input may name any number of sources. */
    private static Set<String> frequentSources(List<HeldOutPair> pairs) {
        Map<String, Integer> counts = new HashMap<>();
        pairs.stream()
                .flatMap(pair -> of(pair).stream())
                .filter(name -> name.startsWith(SOURCE))
                .forEach(name -> counts.merge(name, 1, Integer::sum));
        Comparator<Map.Entry<String, Integer>> mostFirst = Map.Entry.comparingByValue(Comparator.reverseOrder());
        Set<String> names = new HashSet<>();
        counts.entrySet().stream()
                .sorted(mostFirst.thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_SOURCES)
                .forEach(entry -> names.add(entry.getKey()));
        return names;
    }
}
