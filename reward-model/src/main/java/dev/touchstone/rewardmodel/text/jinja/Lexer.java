package dev.touchstone.rewardmodel.text.jinja;

import dev.touchstone.rewardmodel.text.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens as jinja2's lexer does with trim_blocks and lstrip_blocks: a newline behind a tag goes, and
 * so do blanks between a line's start and a tag.
 */
final class Lexer {

    private static final Pattern OPENING = Pattern.compile("\\{\\{|\\{%|\\{#");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-?)%\\}");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
    private static final Pattern WORD = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*");
    private static final Pattern NUMBER = Pattern.compile("\\d[\\d_]*(\\.\\d[\\d_]*([eE][+-]?\\d+)?|[eE][+-]?\\d+)?");
    private static final Set<String> LONG_SIGNS = Set.of("==", "!=", "<=", ">=", "//", "**");
    private static final String SIGNS = "+-*/%~()[]{}<>=.:,|";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private boolean lineStarts = true;

    private Lexer(String source) {
        String lines = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    }

    static List<Token> read(String source) throws TemplateException {
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() throws TemplateException {
        Matcher opening = OPENING.matcher(source);
        while (at < source.length() && opening.find(at)) {
            int start = opening.start();
            boolean output = opening.group().equals("{{");
            data(source.substring(at, start), signAt(start + 2), !output);
            at = start;
            if (output) {
                at += signAt(start + 2) == '-' ? 3 : 2;
                inside(Kind.OUTPUT_BEGIN, Kind.OUTPUT_END, "}}");
            } else if (opening.group().equals("{#")) {
                int body = start + (signAt(start + 2) == '-' || signAt(start + 2) == '+' ? 3 : 2);
                int end = source.indexOf("#}", body);
                if (end < 0) {
                    throw new TemplateException("it has a comment without an end");
                }
                at = end + 2;
                behindTag(end > body ? source.charAt(end - 1) : ' ');
            } else {
                Matcher raw = RAW.matcher(source).region(start, source.length());
                if (raw.lookingAt()) {
                    raw(raw);
                } else {
                    char sign = signAt(start + 2);
                    at += sign == '-' || sign == '+' ? 3 : 2;
                    inside(Kind.TAG_BEGIN, Kind.TAG_END, "%}");
                }
            }
        }
        if (at < source.length()) {
            tokens.add(new Token(Kind.DATA, source.substring(at)));
        }
        tokens.add(new Token(Kind.END, ""));
    }

    private char signAt(int index) {
        return index < source.length() ? source.charAt(index) : ' ';
    }

    private void data(String text, char sign, boolean tag) {
        String kept = text;
        if (sign == '-') {
            kept = Text.strip(text, null, false, true);
        } else if (tag && sign != '+') {
            int line = text.lastIndexOf('\n') + 1;
            if ((line > 0 || lineStarts) && Text.isBlank(text.substring(line))) {
                kept = text.substring(0, line);
            }
        }
        if (!kept.isEmpty()) {
            tokens.add(new Token(Kind.DATA, kept));
        }
    }

    /** Leaves out what a tag swallows behind itself. */
    private void behindTag(char sign) {
        int end = at;
        if (sign == '-') {
            skipBlanks();
        } else if (sign != '+' && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
        lineStarts = at > end && source.charAt(at - 1) == '\n';
    }

    private void skipBlanks() {
        while (at < source.length() && Text.isBlank(source.charAt(at))) {
            at++;
        }
    }

    private void raw(Matcher begin) throws TemplateException {
        at = begin.end();
        if (!begin.group(1).isEmpty()) {
            skipBlanks();
        }
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw new TemplateException("its raw block has no end");
        }
        lineStarts = source.charAt(at - 1) == '\n';
        data(
                source.substring(at, end.start()),
                end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0),
                true);
        at = end.end();
        behindTag(end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0));
    }

    private void inside(Kind begin, Kind end, String closing) throws TemplateException {
        tokens.add(new Token(begin, ""));
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            skipBlanks();
            if (at >= source.length()) {
                throw new TemplateException("a tag has no end");
            }
            if (open.isEmpty()) {
                char c = source.charAt(at);
                boolean signed = (c == '-' || (c == '+' && end == Kind.TAG_END)) && source.startsWith(closing, at + 1);
                if (signed || source.startsWith(closing, at)) {
                    at += signed ? 3 : 2;
                    tokens.add(new Token(end, ""));
                    if (end == Kind.TAG_END) {
                        behindTag(signed ? c : ' ');
                    } else {
                        int from = at;
                        if (signed) {
                            skipBlanks();
                        }
                        lineStarts = at > from && source.charAt(at - 1) == '\n';
                    }
                    return;
                }
            }
            token(open);
        }
    }

    private void token(Deque<Character> open) throws TemplateException {
        char c = source.charAt(at);
        if (c == '\'' || c == '"') {
            string(c);
            return;
        }
        Matcher number = NUMBER.matcher(source).region(at, source.length());
        Matcher word = WORD.matcher(source).region(at, source.length());
        if (number.lookingAt()) {
            boolean integer = number.group().chars().allMatch(d -> d == '_' || Character.isDigit(d));
            add(integer ? Kind.INTEGER : Kind.FLOAT, number.group().replace("_", ""), number.end());
        } else if (word.lookingAt()) {
            add(Kind.NAME, word.group(), word.end());
        } else if (at + 2 <= source.length() && LONG_SIGNS.contains(source.substring(at, at + 2))) {
            add(Kind.SIGN, source.substring(at, at + 2), at + 2);
        } else if (SIGNS.indexOf(c) >= 0) {
            if ("([{".indexOf(c) >= 0) {
                open.push(c);
            } else if (")]}".indexOf(c) >= 0 && (open.isEmpty() || "([{".indexOf(open.pop()) != ")]}".indexOf(c))) {
                throw new TemplateException("a '" + c + "' closes nothing");
            }
            add(Kind.SIGN, String.valueOf(c), at + 1);
        } else {
            throw new TemplateException("it holds an unexpected '" + c + "'");
        }
    }

    private void add(Kind kind, String text, int end) {
        tokens.add(new Token(kind, text));
        at = end;
    }

    private void string(char quote) throws TemplateException {
        StringBuilder text = new StringBuilder();
        int i = at + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            char c = source.charAt(i++);
            if (c != '\\' || i >= source.length()) {
                text.append(c);
                continue;
            }
            char escaped = source.charAt(i++);
            int digits = escaped == 'x' ? 2 : escaped == 'u' ? 4 : escaped == 'U' ? 8 : 0;
            int plain = "\n\\'\"abfnrtv".indexOf(escaped);
            if (digits > 0) {
                text.appendCodePoint(hex(i, digits));
                i += digits;
            } else if (plain >= 0) {
                text.append(List.of("", "\\", "'", "\"", "\u0007", "\b", "\f", "\n", "\r", "\t", "\u000b")
                        .get(plain));
            } else if (Character.isDigit(escaped) || escaped == 'N') {
                throw new TemplateException("a string holds the unsupported escape '\\" + escaped + "'");
            } else {
                text.append('\\').append(escaped);
            }
        }
        if (i >= source.length()) {
            throw new TemplateException("a string has no end");
        }
        add(Kind.STRING, text.toString(), i + 1);
    }

    private int hex(int from, int digits) throws TemplateException {
        try {
            int point = Integer.parseInt(source.substring(from, from + digits), 16);
            if (Character.isValidCodePoint(point)) {
                return point;
            }
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            // Said below, together with numbers that are no character.
        }
        throw new TemplateException("a string holds a broken escape");
    }
}
