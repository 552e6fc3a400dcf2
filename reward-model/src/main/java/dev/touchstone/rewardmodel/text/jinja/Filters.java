package dev.touchstone.rewardmodel.text.jinja;

import dev.touchstone.rewardmodel.text.jinja.Values.Arguments;
import dev.touchstone.rewardmodel.text.jinja.Values.Lazy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What stands behind {@code |}. */
final class Filters {

    static final Set<String> NAMES = Set.of(
            "trim",
            "upper",
            "lower",
            "capitalize",
            "title",
            "length",
            "count",
            "join",
            "default",
            "d",
            "tojson",
            "string",
            "int",
            "float",
            "list",
            "first",
            "last",
            "map",
            "select",
            "reject",
            "selectattr",
            "rejectattr",
            "items",
            "indent",
            "replace",
            "reverse",
            "safe");

    private Filters() {}

    static Object apply(Interpreter interpreter, Object value, Arguments arguments) throws TemplateException {
        return switch (arguments.of()) {
            case "trim" -> Text.strip(Text.of(value), arguments.check("chars").textOrNull(0, "chars"), true, true);
            case "upper" -> Text.upper(Text.of(plain(value, arguments)));
            case "lower" -> Text.lower(Text.of(plain(value, arguments)));
            case "capitalize" -> Text.capitalize(Text.of(plain(value, arguments)));
            case "title" -> title(Text.of(plain(value, arguments)));
            case "length", "count" -> (long) Values.length(plain(value, arguments));
            case "join" -> join(interpreter, value, arguments.check("d", "attribute"));
            case "default", "d" -> {
                arguments.check("default_value", "boolean");
                boolean falsy = Values.isTrue(arguments.get(1, "boolean", false)) && !Values.isTrue(value);
                yield value == Values.UNDEFINED || falsy ? arguments.get(0, "default_value", "") : value;
            }
            case "tojson" -> {
                arguments.check("ensure_ascii", "indent");
                boolean none = arguments.get(1, "indent", Values.NONE) == Values.NONE;
                int indent = none ? -1 : Math.min(64, Math.max(0, arguments.integer(1, "indent", 0)));
                yield Text.json(value, indent, Values.isTrue(arguments.get(0, "ensure_ascii", false)));
            }
            case "string" -> Text.of(plain(value, arguments));
            case "int" -> integer(value, arguments.check("default"));
            case "float" -> floating(value, arguments.check("default"));
            case "list" -> Values.iterate(plain(value, arguments));
            case "first" -> {
                List<Object> items = Values.iterate(plain(value, arguments));
                yield items.isEmpty() ? Values.UNDEFINED : items.get(0);
            }
            case "last" -> {
                List<Object> items = Values.iterate(plain(value, arguments));
                if (value instanceof Lazy) {
                    throw new TemplateException("it asks for the last of a lazy list");
                }
                yield items.isEmpty() ? Values.UNDEFINED : items.get(items.size() - 1);
            }
            case "reverse" -> reverse(plain(value, arguments));
            case "items" -> {
                if (plain(value, arguments) instanceof Map<?, ?> map) {
                    yield new Lazy(Methods.items(map));
                }
                if (value != Values.UNDEFINED) {
                    throw new TemplateException("it asks for the items of " + Values.describe(value));
                }
                yield new Lazy(List.of());
            }
            case "indent" -> indent(interpreter, Text.of(value), arguments.check("width", "first", "blank"));
            case "replace" -> Methods.replace(interpreter, Text.of(value), arguments.check("old", "new", "count"));
            case "map" -> map(interpreter, value, arguments);
            case "select", "reject", "selectattr", "rejectattr" -> select(interpreter, value, arguments);
            // safe: nothing is ever escaped.
            default -> Text.of(plain(value, arguments));
        };
    }

    private static Object plain(Object value, Arguments arguments) throws TemplateException {
        arguments.check();
        return value;
    }

    /** Unlike the method of this name, words begin behind blanks, hyphens and opening brackets only. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean within = false;
        for (int point : text.codePoints().toArray()) {
            String one = Character.toString(point);
            out.append(within ? Text.lower(one) : Text.upper(one));
            within = !(Text.isBlank(point) || "-({[<".indexOf(point) >= 0);
        }
        return out.toString();
    }

    private static String join(Interpreter interpreter, Object value, Arguments arguments) throws TemplateException {
        String attribute = arguments.textOrNull(1, "attribute");
        List<Object> texts = new ArrayList<>();
        for (Object item : Values.iterate(value)) {
            texts.add(Text.of(attribute == null ? item : path(interpreter, item, attribute)));
        }
        return Methods.join(interpreter, texts, Text.of(arguments.get(0, "d", "")));
    }

    /** An attribute's attribute, and so on; a part in digits is an index. */
    private static Object path(Interpreter interpreter, Object of, String path) throws TemplateException {
        Object value = of;
        for (String name : path.split("\\.", -1)) {
            boolean index =
                    !name.isEmpty() && name.length() < 10 && name.chars().allMatch(Character::isDigit);
            value = interpreter.item(value, index ? (Object) Long.valueOf(name) : name);
        }
        return value;
    }

    private static Object integer(Object value, Arguments arguments) throws TemplateException {
        Object otherwise = arguments.get(0, "default", 0L);
        if (value == Values.UNDEFINED) {
            throw new TemplateException("it turns something undefined into a number");
        }
        if (value instanceof String text) {
            String digits = Text.strip(text, null, true, true);
            if (digits.matches("[+-]?[0-9]{1,18}")) {
                return Long.valueOf(digits);
            }
            if (digits.matches("[+-]?[0-9]{1,15}\\.[0-9]*")) {
                return (long) Double.parseDouble(digits);
            }
            if (digits.matches("[+-]?[\\p{N}_.eE+-]+")) {
                throw new TemplateException("it turns an unsupported text into a number");
            }
            return otherwise;
        }
        Number number = Values.number(value);
        return number == null ? otherwise : (Object) number.longValue();
    }

    private static Object floating(Object value, Arguments arguments) throws TemplateException {
        Object otherwise = arguments.get(0, "default", 0.0);
        if (value == Values.UNDEFINED || value instanceof String) {
            throw new TemplateException("it turns " + Values.describe(value) + " into a number");
        }
        Number number = Values.number(value);
        return number == null ? otherwise : (Object) number.doubleValue();
    }

    private static Object reverse(Object value) throws TemplateException {
        if (value instanceof String text) {
            StringBuilder reversed = new StringBuilder();
            for (Object c : reversed(text)) {
                reversed.append(c);
            }
            return reversed.toString();
        }
        return new Lazy(reversed(value));
    }

    private static List<Object> reversed(Object value) throws TemplateException {
        List<Object> items = new ArrayList<>(Values.iterate(value));
        Collections.reverse(items);
        return items;
    }

    private static String indent(Interpreter interpreter, String text, Arguments arguments) throws TemplateException {
        Object width = arguments.get(0, "width", 4L);
        String blanks = width instanceof String given
                ? given
                : " ".repeat(Math.min(1000, Math.max(0, arguments.integer(0, "width", 4))));
        boolean blank = Values.isTrue(arguments.get(2, "blank", false));
        List<String> lines = Text.lines(text + "\n");
        interpreter.charge((long) lines.size() * blanks.length() + text.length());
        StringBuilder out = new StringBuilder(Values.isTrue(arguments.get(1, "first", false)) ? blanks : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            out.append(i == 0 ? "" : "\n").append(i > 0 && (blank || !line.isEmpty()) ? blanks : "");
            out.append(line);
        }
        return out.toString();
    }

    private static Object map(Interpreter interpreter, Object value, Arguments arguments) throws TemplateException {
        List<Object> mapped = new ArrayList<>();
        if (arguments.positional().isEmpty()) {
            arguments.check("attribute", "default");
            String attribute = arguments.text(0, "attribute");
            for (Object item : Values.iterate(value)) {
                Object found = path(interpreter, item, attribute);
                mapped.add(found == Values.UNDEFINED ? arguments.get(1, "default", found) : found);
            }
            return new Lazy(mapped);
        }
        Arguments inner = inner(arguments, 0, NAMES);
        for (Object item : Values.iterate(value)) {
            mapped.add(apply(interpreter, item, inner));
        }
        return new Lazy(mapped);
    }

    private static Object select(Interpreter interpreter, Object value, Arguments arguments) throws TemplateException {
        boolean wanted = arguments.of().startsWith("select");
        String attribute = arguments.of().endsWith("attr") ? arguments.text(0, "attribute") : null;
        int first = attribute == null ? 0 : 1;
        Arguments test = arguments.positional().size() > first ? inner(arguments, first, Tests.NAMES) : null;
        List<Object> selected = new ArrayList<>();
        for (Object item : Values.iterate(value)) {
            Object tested = attribute == null ? item : path(interpreter, item, attribute);
            if (holds(interpreter, tested, test) == wanted) {
                selected.add(item);
            }
        }
        return new Lazy(selected);
    }

    private static boolean holds(Interpreter interpreter, Object value, @Nullable Arguments test)
            throws TemplateException {
        return test == null ? Values.isTrue(value) : Tests.test(interpreter, value, test);
    }

    /** The filter or test that is named by an argument, with the arguments behind it. */
    private static Arguments inner(Arguments arguments, int at, Set<String> known) throws TemplateException {
        String name = arguments.text(at, "name");
        if (!known.contains(name)) {
            throw new TemplateException("it uses the unsupported '" + name + "' in '" + arguments.of() + "'");
        }
        List<Object> rest = arguments.positional();
        return new Arguments(name, rest.subList(at + 1, rest.size()), arguments.named());
    }
}
