package dev.touchstone.quickstart.observability;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds which metrics an expression of PromQL reads. It knows words and brackets, no grammar: enough to tell a name from a function. */
final class PromQl {
    private static final Pattern TOKEN = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|\\[[^\\]]*\\]|[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9][0-9.a-zA-Z]*|=~|!~|!=|\\S");
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "bool", "offset", "start", "end", "inf", "nan", "atan2");
    /** Words before a list of labels in brackets. */
    private static final Set<String> LABELLING = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    /** Labels that Prometheus adds when it scrapes, and what a histogram's buckets are told by. */
    private static final Set<String> NOT_OURS = Set.of("job", "instance");

    private final List<String> tokens = new ArrayList<>();
    private int next;

    private PromQl(String expression) {
        Matcher matcher = TOKEN.matcher(expression);
        while (matcher.find()) {
            tokens.add(matcher.group());
        }
    }

    /**
     * A metric that is read.
     *
     * @param metric its name
     * @param labels values that labels must have; those that are patterns, or that Prometheus adds, are left out
     */
    record Selector(String metric, Map<String, String> labels) {}

    static List<Selector> selectors(String expression) {
        return new PromQl(expression).selectors();
    }

    private List<Selector> selectors() {
        List<Selector> found = new ArrayList<>();
        while (next < tokens.size()) {
            String token = tokens.get(next++);
            if (LABELLING.contains(token)) {
                if (peek().equals("(")) {
                    skipTo(")");
                }
            } else if (isName(token) && !WORDS.contains(token) && !peek().equals("(") && !labelsFollow()) {
                found.add(new Selector(token, peek().equals("{") ? labels() : Map.of()));
            }
        }
        return found;
    }

    /** An aggregation may name its labels before its argument: {@code sum by (le) (...)}. */
    private boolean labelsFollow() {
        return LABELLING.contains(peek());
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        next++;
        while (!peek().equals("}")) {
            String name = tokens.get(next++);
            if (name.equals(",")) {
                continue;
            }
            String operator = tokens.get(next++);
            String value = tokens.get(next++);
            if (operator.equals("=") && !NOT_OURS.contains(name) && !value.contains("$")) {
                labels.put(name, value.substring(1, value.length() - 1));
            }
        }
        next++;
        return labels;
    }

    private void skipTo(String closing) {
        while (!tokens.get(next++).equals(closing)) {
            // what is in brackets are labels
        }
    }

    private String peek() {
        return next < tokens.size() ? tokens.get(next) : "";
    }

    private static boolean isName(String token) {
        return Character.isLetter(token.charAt(0)) || token.charAt(0) == '_' || token.charAt(0) == ':';
    }
}
