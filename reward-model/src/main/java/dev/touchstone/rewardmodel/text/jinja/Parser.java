package dev.touchstone.rewardmodel.text.jinja;

import dev.touchstone.rewardmodel.text.jinja.Expression.Arguments;
import dev.touchstone.rewardmodel.text.jinja.Statement.Target;
import dev.touchstone.rewardmodel.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recursive descent with jinja2's precedences: {@code ~} binds closer than {@code +}, tests and filters closest. */
final class Parser {

    private static final int DEEPEST = 100;
    /** Names to which jinja2 gives a meaning that is not supported. */
    private static final Set<String> SPECIAL_NAMES =
            Set.of("self", "super", "varargs", "kwargs", "lipsum", "cycler", "joiner");

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");

    private final List<Token> tokens;
    private int at;
    private int depth;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    static List<Statement> parse(String source) throws TemplateException {
        Parser parser = new Parser(Lexer.read(source));
        List<Statement> statements = parser.statements();
        if (parser.peek().kind() != Kind.END) {
            throw parser.unexpected();
        }
        return statements;
    }

    // --- statements

    /** Statements up to the end or a tag that closes or divides a block, whose name is then the next token. */
    private List<Statement> statements(String... until) throws TemplateException {
        deeper();
        List<Statement> statements = new ArrayList<>();
        while (peek().kind() != Kind.END) {
            Token token = next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(token.text()));
                case OUTPUT_BEGIN -> {
                    statements.add(new Statement.Output(tuple()));
                    expect(Kind.OUTPUT_END);
                }
                default -> {
                    if (List.of(until).contains(peek().text())) {
                        depth--;
                        return statements;
                    }
                    statements.add(tag(expect(Kind.NAME).text()));
                }
            }
        }
        if (until.length > 0) {
            throw new TemplateException("a block lacks its '" + until[until.length - 1] + "'");
        }
        depth--;
        return statements;
    }

    private Statement tag(String name) throws TemplateException {
        return switch (name) {
            case "if" -> ifs();
            case "for" -> loop();
            case "set" -> set();
            case "macro" -> macro();
            case "generation" -> {
                endTag();
                List<Statement> body = statements("endgeneration");
                closeBlock();
                yield new Statement.Group(body);
            }
            case "break" -> {
                endTag();
                yield new Statement.Break();
            }
            case "continue" -> {
                endTag();
                yield new Statement.Continue();
            }
            default -> throw new TemplateException("it uses the unsupported tag '" + name + "'");
        };
    }

    private Statement ifs() throws TemplateException {
        Expression condition = tuple();
        endTag();
        List<Statement> then = statements("elif", "else", "endif");
        String divider = next().text();
        if (divider.equals("elif")) {
            return new Statement.If(condition, then, List.of(ifs()));
        }
        List<Statement> otherwise = List.of();
        if (divider.equals("else")) {
            endTag();
            otherwise = statements("endif");
            at++;
        }
        endTag();
        return new Statement.If(condition, then, otherwise);
    }

    private Statement loop() throws TemplateException {
        Target target = target(false);
        expectName("in");
        Expression over = tuple(false);
        Expression filter = takeName("if") ? expression() : null;
        if (peek().is(Kind.NAME, "recursive")) {
            throw new TemplateException("it uses the unsupported 'recursive'");
        }
        endTag();
        List<Statement> body = statements("else", "endfor");
        List<Statement> otherwise = List.of();
        if (next().text().equals("else")) {
            endTag();
            otherwise = statements("endfor");
            at++;
        }
        endTag();
        return new Statement.For(target, over, filter, body, otherwise);
    }

    private Statement set() throws TemplateException {
        Target target = target(true);
        if (takeSign("=")) {
            Expression value = tuple();
            endTag();
            return new Statement.Set(target, value);
        }
        endTag();
        List<Statement> body = statements("endset");
        closeBlock();
        return new Statement.SetBlock(target, body);
    }

    private Statement macro() throws TemplateException {
        String name = expect(Kind.NAME).text();
        expectSign("(");
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        while (!takeSign(")")) {
            if (!parameters.isEmpty()) {
                expectSign(",");
            }
            parameters.add(expect(Kind.NAME).text());
            if (takeSign("=")) {
                defaults.add(expression());
            } else if (!defaults.isEmpty()) {
                throw new TemplateException("the macro '" + name + "' has a parameter without default behind one with");
            }
        }
        endTag();
        List<Statement> body = statements("endmacro");
        closeBlock();
        return new Statement.Macro(name, parameters, defaults, body);
    }

    private Target target(boolean attribute) throws TemplateException {
        boolean bracket = takeSign("(");
        List<String> names = new ArrayList<>();
        names.add(expect(Kind.NAME).text());
        if (attribute && takeSign(".")) {
            return new Target(names, expect(Kind.NAME).text());
        }
        while (takeSign(",")) {
            names.add(expect(Kind.NAME).text());
        }
        if (bracket) {
            expectSign(")");
        }
        return new Target(names, null);
    }

    private void endTag() throws TemplateException {
        expect(Kind.TAG_END);
    }

    private void closeBlock() throws TemplateException {
        at++;
        if (peek().kind() == Kind.NAME) {
            at++;
        }
        endTag();
    }

    // --- expressions, from the loosest to the closest

    private Expression tuple() throws TemplateException {
        return tuple(true);
    }

    private Expression tuple(boolean conditional) throws TemplateException {
        Expression first = conditional ? expression() : or();
        if (!peek().is(Kind.SIGN, ",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (takeSign(",")) {
            if (peek().kind() == Kind.TAG_END || peek().kind() == Kind.OUTPUT_END || peek().is(Kind.SIGN, ")")) {
                break;
            }
            items.add(conditional ? expression() : or());
        }
        return new Expression.ListOf(items, true);
    }

    private Expression expression() throws TemplateException {
        deeper();
        Expression result = or();
        while (takeName("if")) {
            Expression condition = or();
            result = new Expression.Conditional(condition, result, takeName("else") ? expression() : null);
        }
        depth--;
        return result;
    }

    private Expression or() throws TemplateException {
        Expression left = and();
        while (takeName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() throws TemplateException {
        Expression left = not();
        while (takeName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() throws TemplateException {
        if (!takeName("not")) {
            return comparison();
        }
        deeper();
        Expression negated = new Expression.Not(not());
        depth--;
        return negated;
    }

    private Expression comparison() throws TemplateException {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        while (true) {
            if (peek().kind() == Kind.SIGN && COMPARISONS.contains(peek().text())) {
                operators.add(next().text());
            } else if (takeName("in")) {
                operators.add("in");
            } else if (peek().is(Kind.NAME, "not") && tokens.get(at + 1).is(Kind.NAME, "in")) {
                at += 2;
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expression.Comparison(first, operators, others);
            }
            others.add(sum());
        }
    }

    private Expression sum() throws TemplateException {
        Expression left = concatenation();
        while (peek().is(Kind.SIGN, "+") || peek().is(Kind.SIGN, "-")) {
            left = new Expression.Binary(next().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() throws TemplateException {
        Expression left = product();
        while (takeSign("~")) {
            left = new Expression.Binary("~", left, product());
        }
        return left;
    }

    private Expression product() throws TemplateException {
        Expression left = unary(true);
        while (peek().kind() == Kind.SIGN && Set.of("*", "/", "//", "%").contains(peek().text())) {
            left = new Expression.Binary(next().text(), left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean filtered) throws TemplateException {
        deeper();
        Expression result;
        if (takeSign("-")) {
            result = new Expression.Sign(unary(false), true);
        } else if (takeSign("+")) {
            result = new Expression.Sign(unary(false), false);
        } else {
            result = primary();
        }
        result = postfix(result);
        while (filtered) {
            if (takeSign("|")) {
                result = filter(result);
            } else if (takeName("is")) {
                result = test(result);
            } else {
                break;
            }
        }
        depth--;
        return result;
    }

    private Expression filter(Expression of) throws TemplateException {
        String name = expect(Kind.NAME).text();
        if (!Filters.NAMES.contains(name)) {
            throw new TemplateException("it uses the unsupported filter '" + name + "'");
        }
        return new Expression.Filter(of, name, takeSign("(") ? arguments() : Arguments.NONE);
    }

    private Expression test(Expression of) throws TemplateException {
        boolean negated = takeName("not");
        String name = expect(Kind.NAME).text();
        if (!Tests.NAMES.contains(name)) {
            throw new TemplateException("it uses the unsupported test '" + name + "'");
        }
        Arguments arguments = Arguments.NONE;
        Token token = peek();
        if (token.is(Kind.NAME, "is")) {
            throw new TemplateException("it chains tests");
        }
        boolean operand = switch (token.kind()) {
            case NAME -> !Set.of("else", "or", "and").contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case SIGN -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
        if (takeSign("(")) {
            arguments = arguments();
        } else if (operand) {
            arguments = new Arguments(List.of(postfix(primary())), Map.of());
        }
        Expression test = new Expression.Test(of, name, arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private Expression primary() throws TemplateException {
        Token token = next();
        return switch (token.kind()) {
            case NAME ->
                switch (token.text()) {
                    case "true", "True" -> new Expression.Constant(true);
                    case "false", "False" -> new Expression.Constant(false);
                    case "none", "None" -> new Expression.Constant(Values.NONE);
                    default -> {
                        if (SPECIAL_NAMES.contains(token.text())) {
                            throw new TemplateException("it uses the unsupported name '" + token.text() + "'");
                        }
                        yield new Expression.Name(token.text());
                    }
                };
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (peek().kind() == Kind.STRING) {
                    text.append(next().text());
                }
                yield new Expression.Constant(text.toString());
            }
            case INTEGER -> new Expression.Constant(integer(token.text()));
            case FLOAT -> new Expression.Constant(Double.valueOf(token.text()));
            case SIGN ->
                switch (token.text()) {
                    case "(" -> {
                        Expression inner = takeSign(")") ? null : tuple();
                        if (inner == null) {
                            yield new Expression.ListOf(List.of(), true);
                        }
                        expectSign(")");
                        yield inner;
                    }
                    case "[" -> list();
                    case "{" -> dict();
                    default -> {
                        at--;
                        throw unexpected();
                    }
                };
            default -> {
                at--;
                throw unexpected();
            }
        };
    }

    private static Long integer(String digits) throws TemplateException {
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new TemplateException("the number " + digits + " is too large");
        }
    }

    private Expression list() throws TemplateException {
        List<Expression> items = new ArrayList<>();
        while (!takeSign("]")) {
            if (!items.isEmpty()) {
                expectSign(",");
                if (takeSign("]")) {
                    break;
                }
            }
            items.add(expression());
        }
        return new Expression.ListOf(items, false);
    }

    private Expression dict() throws TemplateException {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!takeSign("}")) {
            if (!keys.isEmpty()) {
                expectSign(",");
                if (takeSign("}")) {
                    break;
                }
            }
            keys.add(expression());
            expectSign(":");
            values.add(expression());
        }
        return new Expression.DictOf(keys, values);
    }

    private Expression postfix(Expression of) throws TemplateException {
        Expression result = of;
        while (true) {
            if (takeSign(".")) {
                Token name = next();
                result = switch (name.kind()) {
                    case NAME -> new Expression.Attribute(result, name.text());
                    case INTEGER -> new Expression.Item(result, new Expression.Constant(integer(name.text())));
                    default -> throw unexpected();
                };
            } else if (takeSign("[")) {
                result = subscript(result);
            } else if (takeSign("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    private Expression subscript(Expression of) throws TemplateException {
        @Nullable Expression[] parts = new @Nullable Expression[3];
        int part = 0;
        boolean slice = false;
        while (!takeSign("]")) {
            if (takeSign(":")) {
                slice = true;
                if (++part > 2) {
                    throw unexpected();
                }
            } else {
                if (parts[part] != null) {
                    throw unexpected();
                }
                parts[part] = expression();
            }
        }
        Expression first = parts[0];
        if (slice) {
            return new Expression.Slice(of, first, parts[1], parts[2]);
        }
        if (first == null) {
            throw new TemplateException("a subscript is empty");
        }
        return new Expression.Item(of, first);
    }

    private Arguments arguments() throws TemplateException {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        boolean first = true;
        while (!takeSign(")")) {
            if (!first) {
                expectSign(",");
                if (takeSign(")")) {
                    break;
                }
            }
            first = false;
            if (peek().kind() == Kind.NAME && tokens.get(at + 1).is(Kind.SIGN, "=")) {
                String name = next().text();
                at++;
                named.put(name, expression());
            } else if (named.isEmpty()) {
                positional.add(expression());
            } else {
                throw unexpected();
            }
        }
        return new Arguments(positional, named);
    }

    // --- tokens

    private void deeper() throws TemplateException {
        if (++depth > DEEPEST) {
            throw new TemplateException("it is nested more than " + DEEPEST + " levels deep");
        }
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    private boolean takeName(String name) {
        boolean taken = peek().is(Kind.NAME, name);
        at += taken ? 1 : 0;
        return taken;
    }

    private boolean takeSign(String sign) {
        boolean taken = peek().is(Kind.SIGN, sign);
        at += taken ? 1 : 0;
        return taken;
    }

    private void expectName(String name) throws TemplateException {
        if (!takeName(name)) {
            throw unexpected();
        }
    }

    private void expectSign(String sign) throws TemplateException {
        if (!takeSign(sign)) {
            throw unexpected();
        }
    }

    private Token expect(Kind kind) throws TemplateException {
        if (peek().kind() != kind) {
            throw unexpected();
        }
        return next();
    }

    private TemplateException unexpected() {
        Token token = peek();
        return new TemplateException(
                token.kind() == Kind.TAG_END || token.kind() == Kind.OUTPUT_END
                        ? "a tag ends too early"
                        : token + " was not expected");
    }
}
