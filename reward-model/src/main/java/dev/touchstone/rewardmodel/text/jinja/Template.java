package dev.touchstone.rewardmodel.text.jinja;

import dev.touchstone.rewardmodel.text.jinja.Values.Callable;
import dev.touchstone.rewardmodel.text.jinja.Values.Namespace;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A compiled template. Renders as jinja2 does with what {@code transformers} gives its chat templates: trim_blocks,
 * lstrip_blocks, loop controls, {@code generation} blocks, {@code raise_exception}, {@code strftime_now}, JSON without
 * HTML escapes. What is not supported is an error, at the latest when it is reached; nothing is rendered differently.
 * A template that never ends or grows without bound is stopped. Safe for several threads.
 */
public final class Template {

    private static final Map<Character, String> DATE_PARTS = Map.ofEntries(
            Map.entry('Y', "uuuu"),
            Map.entry('y', "uu"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
            Map.entry('B', "MMMM"),
            Map.entry('b', "MMM"),
            Map.entry('A', "EEEE"),
            Map.entry('a', "EEE"),
            Map.entry('H', "HH"),
            Map.entry('I', "hh"),
            Map.entry('p', "a"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('j', "DDD"));

    private final List<Statement> statements;
    private final Set<String> literals;
    private final Clock clock;

    private Template(List<Statement> statements, Set<String> literals, Clock clock) {
        this.statements = statements;
        this.literals = literals;
        this.clock = clock;
    }

    /**
     * Compiles a template.
     *
     * @param source the template's text
     * @param clock tells {@code strftime_now} the time
     * @throws TemplateException when the text is no template or uses what is not supported
     */
    public static Template of(String source, Clock clock) throws TemplateException {
        try {
            Set<String> literals = new HashSet<>();
            for (Token token : Lexer.read(source)) {
                if (token.kind() == Token.Kind.STRING) {
                    literals.add(token.text());
                }
            }
            return new Template(Parser.parse(source), Set.copyOf(literals), clock);
        } catch (StackOverflowError e) {
            throw new TemplateException("it is nested too deeply");
        }
    }

    /** The strings that stand in the template's tags, decoded. */
    public Set<String> literals() {
        return literals;
    }

    /**
     * Renders the template.
     *
     * @param values the variables: null, Boolean, Integer, Long, Double, String, and lists and maps of these
     * @throws TemplateException when the template refuses the values, or fails on them
     */
    public String render(Map<String, ? extends @Nullable Object> values) throws TemplateException {
        Map<String, Object> scope = new HashMap<>();
        scope.put("range", (Callable) Interpreter::range);
        scope.put("namespace", (Callable) arguments -> {
            arguments.check(arguments.named().keySet().toArray(String[]::new));
            return new Namespace(arguments.named());
        });
        scope.put("dict", (Callable) arguments -> {
            arguments.check(arguments.named().keySet().toArray(String[]::new));
            return arguments.named();
        });
        scope.put("raise_exception", (Callable) arguments -> {
            throw new TemplateException(Text.of(arguments.check("message").need(0, "message")));
        });
        scope.put("strftime_now", (Callable)
                arguments -> now(arguments.check("format").text(0, "format")));
        for (Map.Entry<String, ? extends @Nullable Object> entry : values.entrySet()) {
            scope.put(entry.getKey(), value(entry.getValue()));
        }
        try {
            return new Interpreter().render(statements, scope);
        } catch (StackOverflowError e) {
            // Only a chain of thousands of operators gets here; everything else is bounded by its own count.
            throw new TemplateException("it is nested too deeply");
        }
    }

    private static Object value(@Nullable Object given) {
        if (given == null) {
            return Values.NONE;
        }
        if (given instanceof Integer number) {
            return number.longValue();
        }
        if (given instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(value(item)));
            return items;
        }
        if (given instanceof Map<?, ?> map) {
            Map<Object, Object> entries = new LinkedHashMap<>();
            map.forEach((key, item) -> entries.put(value(key), value(item)));
            return entries;
        }
        if (given instanceof String || given instanceof Boolean || given instanceof Long || given instanceof Double) {
            return given;
        }
        throw new IllegalArgumentException("A template knows no " + given.getClass() + ": give it a text.");
    }

    private String now(String format) throws TemplateException {
        ZonedDateTime time = ZonedDateTime.now(clock);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            boolean bare = format.startsWith("-", i + 1);
            i += bare ? 2 : 1;
            String part = i < format.length() ? DATE_PARTS.get(format.charAt(i)) : null;
            if (part == null) {
                throw new TemplateException("it asks for the time in the unsupported format '" + format + "'");
            }
            String text = DateTimeFormatter.ofPattern(part, Locale.US).format(time);
            out.append(bare ? text.replaceFirst("^0+(?=.)", "") : text);
        }
        return out.toString();
    }
}
