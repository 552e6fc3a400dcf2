package dev.touchstone.rewardmodel.text.jinja;

import dev.touchstone.rewardmodel.text.jinja.Values.Arguments;
import dev.touchstone.rewardmodel.text.jinja.Values.Tuple;
import dev.touchstone.rewardmodel.text.jinja.Values.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's methods of strings and dicts. */
final class Methods {

    static final Set<String> OF_TEXT = Set.of(
            "strip",
            "lstrip",
            "rstrip",
            "startswith",
            "endswith",
            "split",
            "rsplit",
            "splitlines",
            "replace",
            "upper",
            "lower",
            "title",
            "capitalize",
            "join",
            "find",
            "rfind",
            "count",
            "removeprefix",
            "removesuffix");
    static final Set<String> OF_MAPPING = Set.of("items", "keys", "values", "get");

    /** Methods in Python that would give something else than "undefined", and are not here. */
    static final Set<String> MISSING = Set.of(
            "casefold",
            "center",
            "encode",
            "expandtabs",
            "format",
            "format_map",
            "index",
            "isalnum",
            "isalpha",
            "isascii",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isprintable",
            "isspace",
            "istitle",
            "isupper",
            "ljust",
            "maketrans",
            "partition",
            "rindex",
            "rjust",
            "rpartition",
            "swapcase",
            "translate",
            "zfill",
            "clear",
            "copy",
            "fromkeys",
            "pop",
            "popitem",
            "setdefault",
            "update",
            "append",
            "extend",
            "insert",
            "remove",
            "reverse",
            "sort");

    private Methods() {}

    static Object ofText(Interpreter interpreter, String text, Arguments arguments) throws TemplateException {
        String name = arguments.of();
        return switch (name) {
            case "strip", "lstrip", "rstrip" ->
                Text.strip(
                        text,
                        arguments.check("chars").textOrNull(0, "chars"),
                        !name.equals("rstrip"),
                        !name.equals("lstrip"));
            case "startswith", "endswith" -> {
                Object wanted = arguments.check("affix").need(0, "affix");
                boolean found = false;
                for (Object affix : wanted instanceof Tuple tuple ? tuple : List.of(wanted)) {
                    if (!(affix instanceof String string)) {
                        throw new TemplateException("'" + name + "' wants a text");
                    }
                    found |= name.equals("startswith") ? text.startsWith(string) : text.endsWith(string);
                }
                yield found;
            }
            case "split", "rsplit" -> split(text, arguments.check("sep", "maxsplit"));
            case "splitlines" -> {
                arguments.check();
                yield new ArrayList<Object>(Text.lines(text));
            }
            case "replace" -> replace(interpreter, text, arguments.check("old", "new", "count"));
            case "join" ->
                join(interpreter, Values.iterate(arguments.check("iterable").need(0, "iterable")), text);
            case "find", "rfind" -> {
                String part = arguments.check("sub").text(0, "sub");
                int found = name.equals("find") ? text.indexOf(part) : text.lastIndexOf(part);
                yield found < 0 ? -1L : (long) text.codePointCount(0, found);
            }
            case "count" -> {
                String part = arguments.check("sub").text(0, "sub");
                if (part.isEmpty()) {
                    throw new TemplateException("'count' wants a text that is not empty");
                }
                yield pieces(text, part, Integer.MAX_VALUE).size() - 1L;
            }
            case "removeprefix" -> {
                String prefix = arguments.check("prefix").text(0, "prefix");
                yield text.startsWith(prefix) ? text.substring(prefix.length()) : text;
            }
            case "removesuffix" -> {
                String suffix = arguments.check("suffix").text(0, "suffix");
                yield text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
            }
            default -> {
                arguments.check();
                yield switch (name) {
                    case "upper" -> Text.upper(text);
                    case "lower" -> Text.lower(text);
                    case "title" -> Text.title(text);
                    default -> Text.capitalize(text);
                };
            }
        };
    }

    static Object ofMapping(Map<?, ?> map, Arguments arguments) throws TemplateException {
        switch (arguments.of()) {
            case "get":
                Object found = map.get(arguments.check("key", "default").need(0, "key"));
                return found == null ? arguments.get(1, "default", Values.NONE) : found;
            case "keys":
                arguments.check();
                return new View(map.keySet());
            case "values":
                arguments.check();
                return new View(map.values());
            default:
                arguments.check();
                return new View(items(map));
        }
    }

    static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(new Tuple(List.of(key, value))));
        return items;
    }

    static String replace(Interpreter interpreter, String text, Arguments arguments) throws TemplateException {
        String old = arguments.text(0, "old");
        String fresh = arguments.text(1, "new");
        int count = arguments.get(2, "count", Values.NONE) == Values.NONE ? -1 : arguments.integer(2, "count", -1);
        if (old.isEmpty()) {
            throw new TemplateException("'replace' wants to replace a text that is not empty");
        }
        List<String> pieces = pieces(text, old, count < 0 ? Integer.MAX_VALUE : count);
        interpreter.charge((long) pieces.size() * fresh.length() + text.length());
        return String.join(fresh, pieces);
    }

    static String join(Interpreter interpreter, List<Object> items, String separator) throws TemplateException {
        long length = 0;
        List<String> texts = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof String text)) {
                throw new TemplateException("'join' wants texts");
            }
            texts.add(text);
            length += text.length() + separator.length();
        }
        interpreter.charge(length);
        return String.join(separator, texts);
    }

    private static List<String> pieces(String text, String separator, int most) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int found = text.indexOf(separator);
                found >= 0 && pieces.size() < most;
                found = text.indexOf(separator, from)) {
            pieces.add(text.substring(from, found));
            from = found + separator.length();
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    private static List<Object> split(String text, Arguments arguments) throws TemplateException {
        String separator = arguments.textOrNull(0, "sep");
        int most = arguments.integer(1, "maxsplit", -1);
        if ((arguments.of().equals("rsplit") || separator == null) && most >= 0) {
            throw new TemplateException("'" + arguments.of() + "' is called with arguments that are not supported");
        }
        if (separator == null) {
            return words(text);
        }
        if (separator.isEmpty()) {
            throw new TemplateException("'split' wants a separator that is not empty");
        }
        if (arguments.of().equals("rsplit") && overlaps(separator)) {
            throw new TemplateException("'rsplit' is called with arguments that are not supported");
        }
        return new ArrayList<>(pieces(text, separator, most < 0 ? Integer.MAX_VALUE : most));
    }

    /** Whether it matters from which side a separator is searched. */
    private static boolean overlaps(String separator) {
        for (int i = 1; i < separator.length(); i++) {
            if (separator.startsWith(separator.substring(i))) {
                return true;
            }
        }
        return false;
    }

    private static List<Object> words(String text) {
        List<Object> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || Text.isBlank(text.charAt(i))) {
                if (i > from) {
                    words.add(text.substring(from, i));
                }
                from = i + 1;
            }
        }
        return words;
    }

    /** A method of a value, ready to be called; null when the value has none of this name. */
    static Values.@Nullable Callable bind(Interpreter interpreter, Object value, String name) throws TemplateException {
        if (value instanceof String text && OF_TEXT.contains(name)) {
            return arguments -> ofText(interpreter, text, arguments);
        }
        if (value instanceof Map<?, ?> map && OF_MAPPING.contains(name)) {
            return arguments -> ofMapping(map, arguments);
        }
        boolean python = value instanceof String || value instanceof Map || value instanceof List;
        if (name.startsWith("__") || (python && MISSING.contains(name))) {
            throw new TemplateException("it uses the unsupported attribute '" + name + "'");
        }
        return null;
    }
}
