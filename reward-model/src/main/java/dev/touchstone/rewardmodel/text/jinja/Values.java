package dev.touchstone.rewardmodel.text.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a template calculates with: {@link #NONE}, {@link #UNDEFINED}, Boolean, Long, Double, String, List, Map, and the
 * types below. Never null.
 */
final class Values {

    static final Object NONE = new Object();
    static final Object UNDEFINED = new Object();

    private Values() {}

    /** A list that Python writes in round brackets. */
    static final class Tuple extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;

        Tuple(Collection<?> items) {
            super(items);
        }
    }

    /** What lazy filters give: it can be iterated and is always true, but has neither length nor items nor text. */
    static final class Lazy extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;

        Lazy(Collection<?> items) {
            super(items);
        }
    }

    /** What a mapping's methods give: it can be iterated and has a length, but neither items nor text. */
    static final class View extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;

        View(Collection<?> items) {
            super(items);
        }
    }

    /** Whether a value is a list or tuple. */
    static boolean isList(Object value) {
        return value instanceof List && !(value instanceof Lazy) && !(value instanceof View);
    }

    /** The object whose attributes can be set from within a loop. */
    static final class Namespace {
        final Map<String, Object> attributes;

        Namespace(Map<String, Object> attributes) {
            this.attributes = new LinkedHashMap<>(attributes);
        }
    }

    /** What is called {@code loop} within one. */
    record Loop(List<Object> items, int index) {

        Object attribute(String name) throws TemplateException {
            return switch (name) {
                case "index" -> index + 1L;
                case "index0" -> (long) index;
                case "revindex" -> (long) (items.size() - index);
                case "revindex0" -> items.size() - index - 1L;
                case "first" -> index == 0;
                case "last" -> index == items.size() - 1;
                case "length" -> (long) items.size();
                case "previtem" -> index == 0 ? UNDEFINED : items.get(index - 1);
                case "nextitem" -> index == items.size() - 1 ? UNDEFINED : items.get(index + 1);
                case "cycle" ->
                    (Callable) arguments -> arguments
                            .positional()
                            .get(index % Math.max(1, arguments.positional().size()));
                default -> throw new TemplateException("it uses the unsupported 'loop." + name + "'");
            };
        }
    }

    /** A function, a method of a value, or a macro. */
    @FunctionalInterface
    interface Callable {
        Object call(Arguments arguments) throws TemplateException;
    }

    /**
     * What a callable, a filter or a test was given.
     *
     * @param of what it is called, for messages
     */
    record Arguments(String of, List<Object> positional, Map<String, Object> named) {

        /** Refuses what none of the parameters takes. */
        Arguments check(String... parameters) throws TemplateException {
            List<String> names = List.of(parameters);
            if (positional.size() > names.size() || !names.containsAll(named.keySet())) {
                throw new TemplateException("'" + of + "' is called with arguments that are not supported");
            }
            return this;
        }

        @Nullable
        Object find(int index, String name) {
            return index < positional.size() ? positional.get(index) : named.get(name);
        }

        Object get(int index, String name, Object otherwise) {
            Object found = find(index, name);
            return found == null ? otherwise : found;
        }

        Object need(int index, String name) throws TemplateException {
            Object found = find(index, name);
            if (found == null) {
                throw new TemplateException("'" + of + "' lacks its argument '" + name + "'");
            }
            return found;
        }

        String text(int index, String name) throws TemplateException {
            if (need(index, name) instanceof String text) {
                return text;
            }
            throw new TemplateException("'" + of + "' wants a text as '" + name + "'");
        }

        /** A text; null when it is absent or none. */
        @Nullable
        String textOrNull(int index, String name) throws TemplateException {
            return get(index, name, NONE) == NONE ? null : text(index, name);
        }

        int integer(int index, String name, int otherwise) throws TemplateException {
            Object found = get(index, name, (long) otherwise);
            if (found instanceof Long number && number == number.intValue()) {
                return number.intValue();
            }
            throw new TemplateException("'" + of + "' wants an integer as '" + name + "'");
        }
    }

    static boolean isTrue(Object value) {
        if (value == NONE || value == UNDEFINED) {
            return false;
        }
        if (value instanceof Boolean b) {
            return b;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (value instanceof String text) {
            return !text.isEmpty();
        }
        if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return !(value instanceof List<?> list) || list instanceof Lazy || !list.isEmpty();
    }

    /** The number that Python sees in a value; null when it is none. */
    static @Nullable Number number(Object value) {
        if (value instanceof Boolean b) {
            return b ? 1L : 0L;
        }
        return value instanceof Number number ? number : null;
    }

    /** What a loop runs over. */
    static List<Object> iterate(Object value) throws TemplateException {
        if (value == UNDEFINED) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return new ArrayList<>(list);
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (value instanceof String text) {
            return text.codePoints().<Object>mapToObj(Character::toString).toList();
        }
        throw new TemplateException("it iterates over " + describe(value));
    }

    static int length(Object value) throws TemplateException {
        if (value == UNDEFINED) {
            return 0;
        }
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof List<?> list && !(list instanceof Lazy)) {
            return list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        throw new TemplateException("it asks for the length of " + describe(value));
    }

    /** A value's kind, for messages: never its content, which is a user's. */
    static String describe(Object value) {
        if (value == NONE) {
            return "none";
        }
        if (value == UNDEFINED) {
            return "something undefined";
        }
        if (value instanceof String) {
            return "a text";
        }
        if (value instanceof Boolean) {
            return "a truth value";
        }
        if (value instanceof Number) {
            return "a number";
        }
        return value instanceof Map ? "a mapping" : value instanceof List ? "a list" : "an object";
    }
}
