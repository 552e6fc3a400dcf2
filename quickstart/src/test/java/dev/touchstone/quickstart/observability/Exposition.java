package dev.touchstone.quickstart.observability;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a service exposes for Prometheus, out of its text format. */
public final class Exposition {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? \\S+(?: \\d+)?");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Set<PromQl.Selector> samples = new HashSet<>();
    private final Map<String, String> types = new TreeMap<>();

    /** @param text the answer of {@code /q/metrics} */
    public Exposition(String text) {
        for (String line : text.split("\n")) {
            if (line.startsWith("# TYPE ")) {
                List<String> words = List.of(line.split(" "));
                types.put(words.get(2), words.get(3));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                Matcher sample = SAMPLE.matcher(line);
                if (!sample.matches()) {
                    throw new IllegalArgumentException("This is no sample: " + line);
                }
                samples.add(new PromQl.Selector(sample.group(1), labels(sample.group(2))));
            }
        }
    }

    /** Whether there is a sample with the selector's name and labels. */
    boolean has(PromQl.Selector wanted) {
        return samples.stream()
                .anyMatch(sample -> sample.metric().equals(wanted.metric())
                        && sample.labels()
                                .entrySet()
                                .containsAll(wanted.labels().entrySet()));
    }

    /** Names of the project's own metrics, as one asks for them: counters with their ending, no maxima beside a summary. */
    Set<String> ownMetrics() {
        Set<String> own = new HashSet<>();
        types.forEach((name, type) -> {
            boolean ours = name.startsWith("rm_") || name.startsWith("critique_") || name.startsWith("gen_ai_");
            boolean beside = name.endsWith("_max") && types.containsKey(name.substring(0, name.length() - 4));
            if (ours && !beside) {
                own.add(type.equals("counter") && !name.endsWith("_total") ? name + "_total" : name);
            }
        });
        return own;
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new HashMap<>();
        Matcher label = LABEL.matcher(text == null ? "" : text);
        while (label.find()) {
            labels.put(label.group(1), label.group(2));
        }
        return labels;
    }
}
