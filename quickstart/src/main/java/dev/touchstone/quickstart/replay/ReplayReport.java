package dev.touchstone.quickstart.replay;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a replay did.
 *
 * @param sent letters that were sent back, or would have been, by topic and reason
 * @param skipped letters that were chosen and cannot be sent back, by why
 * @param limited whether it ended at the limit, with letters left
 */
public record ReplayReport(Map<String, Map<String, Long>> sent, Map<String, Long> skipped, boolean limited) {
    /** How many were sent. */
    public long total() {
        return sent.values().stream()
                .flatMap(reasons -> reasons.values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    /** The same as a JSON object. */
    public Map<String, Object> report(boolean dryRun) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("name", "replay");
        report.put("dryRun", dryRun);
        report.put("total", total());
        report.put("sent", sent);
        report.put("skipped", skipped);
        report.put("limited", limited);
        return report;
    }
}
