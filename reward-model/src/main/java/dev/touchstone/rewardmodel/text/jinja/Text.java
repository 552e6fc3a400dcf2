package dev.touchstone.rewardmodel.text.jinja;

import dev.touchstone.rewardmodel.text.jinja.Values.Tuple;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's way with strings: its white space, its {@code str()} and its {@code json.dumps()}. */
final class Text {

    /** Characters of the longest text a template may make. */
    static final int LONGEST = 1 << 24;

    private Text() {}

    static boolean isBlank(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    static boolean isBlank(String text) {
        return text.chars().allMatch(Text::isBlank);
    }

    /** The text without blanks, or without any of {@code chars}, at its ends. */
    static String strip(String text, @Nullable String chars, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && strips(text.codePointAt(from), chars)) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && from < to && strips(text.codePointBefore(to), chars)) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    private static boolean strips(int c, @Nullable String chars) {
        return chars == null ? isBlank(c) : chars.indexOf(c) >= 0;
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return title(text.substring(0, first)) + lower(text.substring(first));
    }

    /** Each letter behind something that is no letter in title case, the others lower. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean within = false;
        for (int point : text.codePoints().toArray()) {
            String one = Character.toString(point);
            boolean letter = Character.isLetter(point);
            String upper = upper(one);
            out.append(
                    within
                            ? lower(one)
                            : upper.length() > one.length()
                                    ? upper.charAt(0) + lower(upper.substring(1))
                                    : Character.toString(Character.toTitleCase(point)));
            within = letter;
        }
        return out.toString();
    }

    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029) {
                lines.add(text.substring(from, i));
                i += c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n' ? 1 : 0;
                from = i + 1;
            }
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        return lines;
    }

    /** What an output tag writes. */
    static String of(Object value) throws TemplateException {
        if (value instanceof String text) {
            return text;
        }
        if (value == Values.UNDEFINED) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        represent(value, out);
        return out.toString();
    }

    private static void represent(Object value, StringBuilder out) throws TemplateException {
        bound(out);
        if (value == Values.NONE) {
            out.append("None");
        } else if (value == Values.UNDEFINED) {
            out.append("Undefined");
        } else if (value instanceof Boolean b) {
            out.append(b ? "True" : "False");
        } else if (value instanceof Double d) {
            out.append(number(d));
        } else if (value instanceof Long) {
            out.append(value);
        } else if (value instanceof String text) {
            quote(text, out);
        } else if (value instanceof Map<?, ?> map) {
            out.append('{');
            String comma = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(comma);
                represent(entry.getKey(), out);
                out.append(": ");
                represent(entry.getValue(), out);
                comma = ", ";
            }
            out.append('}');
        } else if (value instanceof List<?> list && Values.isList(value)) {
            boolean tuple = value instanceof Tuple;
            out.append(tuple ? '(' : '[');
            String comma = "";
            for (Object item : list) {
                out.append(comma);
                represent(item, out);
                comma = ", ";
            }
            out.append(tuple && list.size() == 1 ? "," : "").append(tuple ? ')' : ']');
        } else {
            throw new TemplateException("it writes out " + Values.describe(value));
        }
    }

    private static void quote(String text, StringBuilder out) {
        char mark = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(mark);
        text.codePoints().forEach(c -> {
            int named = "\\\n\r\t".indexOf(c);
            if (named >= 0) {
                out.append('\\').append("\\nrt".charAt(named));
            } else if (c == mark) {
                out.append('\\').append(mark);
            } else if (c == ' ' || isPrintable(c)) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format(c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
            }
        });
        out.append(mark);
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** The shortest digits that give the number back, in Python's layout. */
    private static String number(double value) throws TemplateException {
        if (!Double.isFinite(value)) {
            throw new TemplateException("it writes out a number that is not finite");
        }
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e16)) {
            throw new TemplateException("it writes out a number that is too small or too large");
        }
        String digits = new BigDecimal(Double.toString(value)).toPlainString();
        return digits.contains(".") ? digits : digits + ".0";
    }

    /**
     * The value as JSON.
     *
     * @param indent blanks per level; below zero for one line
     */
    static String json(Object value, int indent, boolean ascii) throws TemplateException {
        StringBuilder out = new StringBuilder();
        json(value, indent, ascii, 1, out);
        return out.toString();
    }

    private static void json(Object value, int indent, boolean ascii, int level, StringBuilder out)
            throws TemplateException {
        bound(out);
        if (value == Values.NONE) {
            out.append("null");
        } else if (value instanceof Boolean || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double d) {
            out.append(number(d));
        } else if (value instanceof String text) {
            jsonText(text, ascii, out);
        } else if (value instanceof Map<?, ?> map) {
            out.append('{');
            boolean first = true;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                separate(first, indent, level, out);
                first = false;
                jsonText(entry.getKey() instanceof String key ? key : json(entry.getKey(), -1, ascii), ascii, out);
                out.append(": ");
                json(entry.getValue(), indent, ascii, level + 1, out);
            }
            close(first, indent, level, out);
            out.append('}');
        } else if (value instanceof List<?> list && Values.isList(value)) {
            out.append('[');
            boolean first = true;
            for (Object item : list) {
                separate(first, indent, level, out);
                first = false;
                json(item, indent, ascii, level + 1, out);
            }
            close(first, indent, level, out);
            out.append(']');
        } else {
            throw new TemplateException("it turns " + Values.describe(value) + " into JSON");
        }
    }

    private static void separate(boolean first, int indent, int level, StringBuilder out) {
        if (indent < 0) {
            out.append(first ? "" : ", ");
        } else {
            out.append(first ? "" : ",").append('\n').append(" ".repeat(indent * level));
        }
    }

    private static void close(boolean empty, int indent, int level, StringBuilder out) {
        if (indent >= 0 && !empty) {
            out.append('\n').append(" ".repeat(indent * (level - 1)));
        }
    }

    private static void jsonText(String text, boolean ascii, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int named = "\"\\\n\r\t\f\b".indexOf(c);
            if (named >= 0) {
                out.append('\\').append("\"\\nrtfb".charAt(named));
            } else if (c < 0x20 || (ascii && c > 0x7e)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static void bound(StringBuilder out) throws TemplateException {
        if (out.length() > LONGEST) {
            throw new TemplateException("it makes a text of more than " + LONGEST + " characters");
        }
    }
}
