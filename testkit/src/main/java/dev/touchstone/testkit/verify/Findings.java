package dev.touchstone.testkit.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Confined to one thread. Takes down what checks find; examples name ids and positions, never a text. */
final class Findings {
    /** How many examples of each problem are kept. */
    static final int EXAMPLES = 20;

    private final Map<Problem, Long> broken = new EnumMap<>(Problem.class);
    private final Map<Problem, List<String>> examples = new EnumMap<>(Problem.class);
    private final Map<String, Map<String, Long>> counts = new TreeMap<>();
    private final Map<String, Long> notJudged = new TreeMap<>();

    /** @param where an id or a position */
    void broken(Problem problem, String where) {
        broken.merge(problem, 1L, Long::sum);
        List<String> list = examples.computeIfAbsent(problem, first -> new ArrayList<>());
        if (list.size() < EXAMPLES) {
            list.add(where);
        }
    }

    /** Something that would be a problem, if what explains it could not have been deleted by the topic's retention. */
    void brokenUnless(boolean excused, String excuse, Problem problem, String where) {
        if (excused) {
            notJudged(excuse);
        } else {
            broken(problem, where);
        }
    }

    /** @param what what could not be judged, as a plural */
    void notJudged(String what) {
        notJudged.merge(what, 1L, Long::sum);
    }

    /** Takes over the problems of others. */
    void addAll(Findings others) {
        others.broken.forEach((problem, number) -> broken.merge(problem, number, Long::sum));
        others.examples.forEach((problem, list) -> {
            List<String> ours = examples.computeIfAbsent(problem, first -> new ArrayList<>());
            ours.addAll(list.subList(0, Math.min(list.size(), EXAMPLES - ours.size())));
        });
    }

    void count(String topic, String what, long number) {
        if (number > 0) {
            counts.computeIfAbsent(topic, first -> new TreeMap<>()).merge(what, number, Long::sum);
        }
    }

    /** Whether there is something that may still come. */
    boolean somethingIsMissing() {
        return broken.keySet().stream().anyMatch(Problem::mayStillCome);
    }

    /** @param read records read, by topic */
    Verdict verdict(Map<String, Long> read) {
        return new Verdict(read, counts, broken, examples, notJudged);
    }
}
