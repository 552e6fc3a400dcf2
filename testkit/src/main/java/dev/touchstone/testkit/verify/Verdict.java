package dev.touchstone.testkit.verify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a verification found.
 *
 * @param read committed records read, by topic
 * @param counts what they were, by topic
 * @param broken how often each problem occurs
 * @param examples the first {@value Findings#EXAMPLES} ids or positions of each problem
 * @param notJudged what could not be judged, since a topic's retention has deleted records or the system went on, by reason
 */
public record Verdict(
        Map<String, Long> read,
        Map<String, Map<String, Long>> counts,
        Map<Problem, Long> broken,
        Map<Problem, List<String>> examples,
        Map<String, Long> notJudged) {

    /** Whether every guarantee holds. */
    public boolean holds() {
        return broken.isEmpty();
    }

    /** The same as a JSON object. */
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("holds", holds());
        report.put("broken", broken);
        report.put("examples", examples);
        report.put("read", read);
        report.put("counts", counts);
        report.put("notJudged", notJudged);
        return report;
    }
}
