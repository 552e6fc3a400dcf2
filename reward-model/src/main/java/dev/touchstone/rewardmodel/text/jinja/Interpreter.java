package dev.touchstone.rewardmodel.text.jinja;

import dev.touchstone.rewardmodel.text.jinja.Statement.Target;
import dev.touchstone.rewardmodel.text.jinja.Values.Arguments;
import dev.touchstone.rewardmodel.text.jinja.Values.Callable;
import dev.touchstone.rewardmodel.text.jinja.Values.Loop;
import dev.touchstone.rewardmodel.text.jinja.Values.Namespace;
import dev.touchstone.rewardmodel.text.jinja.Values.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One rendering. Its work is counted, so that no template runs for long. Not safe for several threads. */
final class Interpreter {

    /** Steps a rendering may take; making a text counts by its length. */
    private static final long MOST_WORK = 10_000_000;

    private static final int CHARACTERS_PER_STEP = 16;
    private static final int DEEPEST_CALL = 50;

    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    /** Names and values; a name that is not here is looked for in the parent. */
    private record Scope(
            Map<String, Object> values, @Nullable Scope parent) {

        Scope child() {
            return new Scope(new HashMap<>(), this);
        }

        Object find(String name) {
            for (Scope scope = this; scope != null; scope = scope.parent) {
                Object value = scope.values.get(name);
                if (value != null) {
                    return value;
                }
            }
            return Values.UNDEFINED;
        }
    }

    private long work;
    private int calls;

    String render(List<Statement> template, Map<String, Object> values) throws TemplateException {
        StringBuilder out = new StringBuilder();
        run(template, new Scope(new HashMap<>(values), null), out);
        return out.toString();
    }

    /** Counts the making of a text of this length. */
    void charge(long size) throws TemplateException {
        work += 1 + size / CHARACTERS_PER_STEP;
        if (work > MOST_WORK || size > Text.LONGEST) {
            throw new TemplateException("it takes more work than a chat template may");
        }
    }

    private void chargeItems(int items) throws TemplateException {
        charge((long) CHARACTERS_PER_STEP * items);
    }

    // --- statements

    private Flow run(List<Statement> statements, Scope scope, StringBuilder out) throws TemplateException {
        for (Statement statement : statements) {
            Flow flow = run(statement, scope, out);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow run(Statement statement, Scope scope, StringBuilder out) throws TemplateException {
        charge(0);
        if (statement instanceof Statement.Data data) {
            write(data.text(), out);
        } else if (statement instanceof Statement.Output output) {
            write(Text.of(evaluate(output.value(), scope)), out);
        } else if (statement instanceof Statement.If branch) {
            boolean holds = Values.isTrue(evaluate(branch.condition(), scope));
            return run(holds ? branch.then() : branch.otherwise(), scope, out);
        } else if (statement instanceof Statement.For loop) {
            loop(loop, scope, out);
        } else if (statement instanceof Statement.Set set) {
            assign(set.target(), evaluate(set.value(), scope), scope);
        } else if (statement instanceof Statement.SetBlock block) {
            StringBuilder body = new StringBuilder();
            run(block.body(), scope.child(), body);
            assign(block.target(), body.toString(), scope);
        } else if (statement instanceof Statement.Macro macro) {
            scope.values().put(macro.name(), (Callable) arguments -> call(macro, arguments, scope));
        } else if (statement instanceof Statement.Group group) {
            return run(group.body(), scope.child(), out);
        } else {
            return statement instanceof Statement.Break ? Flow.BREAK : Flow.CONTINUE;
        }
        return Flow.ON;
    }

    private void write(String text, StringBuilder out) throws TemplateException {
        charge(text.length());
        if (out.length() + text.length() > Text.LONGEST) {
            throw new TemplateException("it writes more than " + Text.LONGEST + " characters");
        }
        out.append(text);
    }

    private void loop(Statement.For loop, Scope scope, StringBuilder out) throws TemplateException {
        List<Object> items = Values.iterate(evaluate(loop.over(), scope));
        chargeItems(items.size());
        if (loop.filter() != null) {
            List<Object> kept = new ArrayList<>();
            for (Object item : items) {
                Scope one = scope.child();
                assign(loop.target(), item, one);
                if (Values.isTrue(evaluate(loop.filter(), one))) {
                    kept.add(item);
                }
            }
            items = kept;
        }
        for (int i = 0; i < items.size(); i++) {
            Scope inner = scope.child();
            inner.values().put("loop", new Loop(items, i));
            assign(loop.target(), items.get(i), inner);
            if (run(loop.body(), inner, out) == Flow.BREAK) {
                break;
            }
        }
        if (items.isEmpty()) {
            run(loop.otherwise(), scope.child(), out);
        }
    }

    private void assign(Target target, Object value, Scope scope) throws TemplateException {
        List<String> names = target.names();
        if (target.attribute() != null) {
            if (!(scope.find(names.get(0)) instanceof Namespace namespace)) {
                throw new TemplateException("'" + names.get(0) + "' is no namespace");
            }
            namespace.attributes.put(target.attribute(), value);
        } else if (names.size() == 1) {
            scope.values().put(names.get(0), value);
        } else {
            List<Object> parts = Values.iterate(value);
            if (parts.size() != names.size()) {
                throw new TemplateException("it unpacks " + parts.size() + " values into " + names.size() + " names");
            }
            for (int i = 0; i < parts.size(); i++) {
                scope.values().put(names.get(i), parts.get(i));
            }
        }
    }

    private Object call(Statement.Macro macro, Arguments arguments, Scope scope) throws TemplateException {
        List<String> parameters = macro.parameters();
        arguments.check(parameters.toArray(String[]::new));
        Scope inner = scope.child();
        int required = parameters.size() - macro.defaults().size();
        for (int i = 0; i < parameters.size(); i++) {
            Object given = arguments.find(i, parameters.get(i));
            if (given == null) {
                given = i < required
                        ? Values.UNDEFINED
                        : evaluate(macro.defaults().get(i - required), inner);
            }
            inner.values().put(parameters.get(i), given);
        }
        if (++calls > DEEPEST_CALL) {
            throw new TemplateException("its macros call each other more than " + DEEPEST_CALL + " levels deep");
        }
        StringBuilder out = new StringBuilder();
        run(macro.body(), inner, out);
        calls--;
        return out.toString();
    }

    // --- expressions

    private Object evaluate(Expression expression, Scope scope) throws TemplateException {
        charge(0);
        if (expression instanceof Expression.Constant constant) {
            return constant.value();
        }
        if (expression instanceof Expression.Name name) {
            return scope.find(name.name());
        }
        if (expression instanceof Expression.Attribute attribute) {
            return attribute(evaluate(attribute.of(), scope), attribute.name());
        }
        if (expression instanceof Expression.Item item) {
            return item(evaluate(item.of(), scope), evaluate(item.key(), scope));
        }
        if (expression instanceof Expression.Binary binary) {
            Object left = evaluate(binary.left(), scope);
            return arithmetic(binary.operator(), left, evaluate(binary.right(), scope));
        }
        if (expression instanceof Expression.Comparison comparison) {
            return comparison(comparison, scope);
        }
        if (expression instanceof Expression.And and) {
            Object left = evaluate(and.left(), scope);
            return Values.isTrue(left) ? evaluate(and.right(), scope) : left;
        }
        if (expression instanceof Expression.Or or) {
            Object left = evaluate(or.left(), scope);
            return Values.isTrue(left) ? left : evaluate(or.right(), scope);
        }
        if (expression instanceof Expression.Not not) {
            return !Values.isTrue(evaluate(not.of(), scope));
        }
        if (expression instanceof Expression.Filter filter) {
            Object of = evaluate(filter.of(), scope);
            return Filters.apply(this, of, arguments(filter.name(), filter.arguments(), scope));
        }
        if (expression instanceof Expression.Test test) {
            Object of = evaluate(test.of(), scope);
            return Tests.test(this, of, arguments(test.name(), test.arguments(), scope));
        }
        if (expression instanceof Expression.Call call) {
            return call(call, scope);
        }
        if (expression instanceof Expression.Conditional conditional) {
            boolean holds = Values.isTrue(evaluate(conditional.condition(), scope));
            Expression chosen = holds ? conditional.then() : conditional.otherwise();
            return chosen == null ? Values.UNDEFINED : evaluate(chosen, scope);
        }
        if (expression instanceof Expression.Slice slice) {
            return slice(slice, scope);
        }
        if (expression instanceof Expression.Sign sign) {
            Object of = evaluate(sign.of(), scope);
            return arithmetic(sign.negative() ? "-" : "+", 0L, of);
        }
        if (expression instanceof Expression.ListOf list) {
            List<Object> items = new ArrayList<>();
            for (Expression item : list.items()) {
                items.add(evaluate(item, scope));
            }
            return list.tuple() ? new Tuple(items) : items;
        }
        Expression.DictOf dict = (Expression.DictOf) expression;
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < dict.keys().size(); i++) {
            if (!(evaluate(dict.keys().get(i), scope) instanceof String key)) {
                throw new TemplateException("it uses a key that is no text");
            }
            map.put(key, evaluate(dict.values().get(i), scope));
        }
        return map;
    }

    private Arguments arguments(String of, Expression.Arguments given, Scope scope) throws TemplateException {
        List<Object> positional = new ArrayList<>();
        for (Expression argument : given.positional()) {
            positional.add(evaluate(argument, scope));
        }
        Map<String, Object> named = new LinkedHashMap<>();
        for (Map.Entry<String, Expression> argument : given.named().entrySet()) {
            named.put(argument.getKey(), evaluate(argument.getValue(), scope));
        }
        return new Arguments(of, positional, named);
    }

    private Object call(Expression.Call call, Scope scope) throws TemplateException {
        String name = call.callee() instanceof Expression.Attribute attribute
                ? attribute.name()
                : call.callee() instanceof Expression.Name plain ? plain.name() : "a value";
        if (!(evaluate(call.callee(), scope) instanceof Callable callee)) {
            throw new TemplateException("'" + name + "' cannot be called");
        }
        Object result = callee.call(arguments(name, call.arguments(), scope));
        charge(result instanceof String text ? text.length() : 0);
        chargeItems(result instanceof List<?> list ? list.size() : 0);
        return result;
    }

    private Object attribute(Object of, String name) throws TemplateException {
        if (of == Values.UNDEFINED) {
            throw new TemplateException("it asks for '" + name + "' of something undefined");
        }
        if (of instanceof Namespace namespace) {
            return namespace.attributes.getOrDefault(name, Values.UNDEFINED);
        }
        if (of instanceof Loop loop) {
            return loop.attribute(name);
        }
        Callable method = Methods.bind(this, of, name);
        if (method != null) {
            return method;
        }
        Object found = of instanceof Map<?, ?> map ? map.get(name) : null;
        return found == null ? Values.UNDEFINED : found;
    }

    Object item(Object of, Object key) throws TemplateException {
        if (of == Values.UNDEFINED) {
            throw new TemplateException("it asks for an item of something undefined");
        }
        if (of instanceof Map<?, ?> map) {
            Object found = map.get(key);
            if (found != null) {
                return found;
            }
        }
        if (key instanceof String name) {
            return attribute(of, name);
        }
        Number index = Values.number(key);
        if (index instanceof Long && (of instanceof String || Values.isList(of))) {
            int length = Values.length(of);
            long at = index.longValue() < 0 ? index.longValue() + length : index.longValue();
            if (at < 0 || at >= length) {
                return Values.UNDEFINED;
            }
            return of instanceof String text ? character(text, (int) at) : ((List<?>) of).get((int) at);
        }
        return Values.UNDEFINED;
    }

    private String character(String text, int index) throws TemplateException {
        charge(text.length());
        return Character.toString(text.codePointAt(text.offsetByCodePoints(0, index)));
    }

    private Object slice(Expression.Slice slice, Scope scope) throws TemplateException {
        Object of = evaluate(slice.of(), scope);
        Long from = bound(slice.from(), scope);
        Long to = bound(slice.to(), scope);
        Long given = bound(slice.step(), scope);
        long step = given == null ? 1 : given;
        if (of == Values.UNDEFINED || step == 0) {
            throw new TemplateException("it takes a part of something undefined, or with a step of 0");
        }
        if (!(of instanceof String) && !Values.isList(of)) {
            return Values.UNDEFINED;
        }
        List<Object> items = Values.iterate(of);
        chargeItems(items.size());
        int size = items.size();
        long start = from == null ? (step > 0 ? 0 : size - 1) : clamp(from, size, step);
        long end = to == null ? (step > 0 ? size : -1) : clamp(to, size, step);
        List<Object> part = new ArrayList<>();
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            part.add(items.get((int) i));
        }
        if (of instanceof String) {
            return Methods.join(this, part, "");
        }
        return of instanceof Tuple ? new Tuple(part) : part;
    }

    private @Nullable Long bound(@Nullable Expression expression, Scope scope) throws TemplateException {
        Object value = expression == null ? Values.NONE : evaluate(expression, scope);
        if (value == Values.NONE) {
            return null;
        }
        if (value instanceof Long number && Math.abs(number) < Integer.MAX_VALUE) {
            return number;
        }
        throw new TemplateException("it bounds a part with something that is no integer");
    }

    private static long clamp(long index, int size, long step) {
        long at = index < 0 ? index + size : index;
        return step > 0 ? Math.min(Math.max(at, 0), size) : Math.min(Math.max(at, -1), size - 1);
    }

    private boolean comparison(Expression.Comparison comparison, Scope scope) throws TemplateException {
        Object left = evaluate(comparison.first(), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object right = evaluate(comparison.others().get(i), scope);
            if (!compare(comparison.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    boolean compare(String operator, Object left, Object right) throws TemplateException {
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> order(left, right) < 0;
            case "<=" -> order(left, right) <= 0;
            case ">" -> order(left, right) > 0;
            default -> order(left, right) >= 0;
        };
    }

    /** Python's equality: never between a text and a number, but between {@code true} and 1. */
    boolean equal(Object left, Object right) throws TemplateException {
        charge(0);
        if (left instanceof String || right instanceof String) {
            return left.equals(right);
        }
        Number a = Values.number(left);
        Number b = Values.number(right);
        if (a != null && b != null) {
            return a instanceof Long && b instanceof Long ? a.equals(b) : a.doubleValue() == b.doubleValue();
        }
        if (left instanceof Map<?, ?> one && right instanceof Map<?, ?> other) {
            if (!one.keySet().equals(other.keySet())) {
                return false;
            }
            for (Map.Entry<?, ?> entry : one.entrySet()) {
                Object value = other.get(entry.getKey());
                if (value == null || !equal(entry.getValue(), value)) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Tuple == right instanceof Tuple
                && right instanceof List
                && left instanceof List<?> one
                && Values.isList(left)) {
            List<?> other = (List<?>) right;
            boolean same = one.size() == other.size();
            for (int i = 0; same && i < one.size(); i++) {
                same = equal(one.get(i), other.get(i));
            }
            return same;
        }
        return left == right;
    }

    private boolean contains(Object container, Object item) throws TemplateException {
        if (container instanceof String text) {
            if (!(item instanceof String part)) {
                throw new TemplateException("it looks for " + Values.describe(item) + " in a text");
            }
            charge(text.length());
            return text.contains(part);
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(item);
        }
        for (Object other : Values.iterate(container)) {
            if (equal(other, item)) {
                return true;
            }
        }
        return false;
    }

    private static int order(Object left, Object right) throws TemplateException {
        Number a = Values.number(left);
        Number b = Values.number(right);
        if (a instanceof Long && b instanceof Long) {
            return Long.compare(a.longValue(), b.longValue());
        }
        if (a != null && b != null) {
            return Double.compare(a.doubleValue(), b.doubleValue());
        }
        if (left instanceof String one && right instanceof String other) {
            return Integer.signum(java.util.Arrays.compare(
                    one.codePoints().toArray(), other.codePoints().toArray()));
        }
        throw new TemplateException("it orders " + Values.describe(left) + " and " + Values.describe(right));
    }

    Object arithmetic(String operator, Object left, Object right) throws TemplateException {
        if (operator.equals("~")) {
            return concatenated(Text.of(left), Text.of(right));
        }
        if (operator.equals("+") && left instanceof String one && right instanceof String other) {
            return concatenated(one, other);
        }
        if (operator.equals("+") && isPlainList(left) && isPlainList(right)) {
            List<Object> joined = new ArrayList<>((List<?>) left);
            joined.addAll((List<?>) right);
            chargeItems(joined.size());
            return joined;
        }
        Number a = Values.number(left);
        Number b = Values.number(right);
        if (operator.equals("*") && left instanceof String text && b instanceof Long times) {
            long count = Math.max(0, Math.min(times, Integer.MAX_VALUE));
            charge(text.length() * count);
            return text.repeat((int) count);
        }
        if (a == null || b == null) {
            throw new TemplateException("it joins " + Values.describe(left) + " and " + Values.describe(right)
                    + " with '" + operator + "'");
        }
        try {
            return a instanceof Long && b instanceof Long && !operator.equals("/")
                    ? (Object) whole(operator, a.longValue(), b.longValue())
                    : (Object) broken(operator, a.doubleValue(), b.doubleValue());
        } catch (ArithmeticException e) {
            throw new TemplateException("it calculates something impossible with '" + operator + "'");
        }
    }

    private static boolean isPlainList(Object value) {
        return Values.isList(value) && !(value instanceof Tuple);
    }

    private String concatenated(String left, String right) throws TemplateException {
        charge((long) left.length() + right.length());
        return left + right;
    }

    private static Long whole(String operator, long a, long b) {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            default -> Math.floorMod(a, b);
        };
    }

    private static Double broken(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new ArithmeticException();
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            default -> a - b * Math.floor(a / b);
        };
    }

    /** The list of {@code range}. */
    static Object range(Arguments arguments) throws TemplateException {
        arguments.check("start", "stop", "step");
        boolean one = arguments.positional().size() < 2;
        long from = one ? 0 : arguments.integer(0, "start", 0);
        long to = arguments.integer(one ? 0 : 1, "stop", 0);
        long step = arguments.integer(2, "step", 1);
        if (step == 0 || Math.abs((to - from) / step) > 100_000) {
            throw new TemplateException("it counts too far");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            numbers.add(i);
        }
        return Collections.unmodifiableList(numbers);
    }
}
