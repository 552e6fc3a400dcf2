package dev.touchstone.rewardmodel.text.jinja;

import dev.touchstone.rewardmodel.text.jinja.Values.Arguments;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands behind {@code is}. */
final class Tests {

    static final Set<String> NAMES = Set.of(
            "defined",
            "undefined",
            "none",
            "string",
            "mapping",
            "iterable",
            "sequence",
            "number",
            "integer",
            "float",
            "boolean",
            "true",
            "false",
            "odd",
            "even",
            "divisibleby",
            "lower",
            "upper",
            "in",
            "equalto",
            "eq",
            "ne",
            "lt",
            "lessthan",
            "le",
            "gt",
            "greaterthan",
            "ge");

    private Tests() {}

    static boolean test(Interpreter interpreter, Object value, Arguments arguments) throws TemplateException {
        String name = arguments.of();
        if (Set.of("divisibleby", "in", "equalto", "eq", "ne", "lt", "lessthan", "le", "gt", "greaterthan", "ge")
                .contains(name)) {
            Object other = arguments.check("value").need(0, "value");
            return switch (name) {
                case "divisibleby" -> interpreter.equal(interpreter.arithmetic("%", value, other), 0L);
                case "equalto", "eq" -> interpreter.compare("==", value, other);
                case "ne" -> interpreter.compare("!=", value, other);
                case "lt", "lessthan" -> interpreter.compare("<", value, other);
                case "le" -> interpreter.compare("<=", value, other);
                case "gt", "greaterthan" -> interpreter.compare(">", value, other);
                case "ge" -> interpreter.compare(">=", value, other);
                default -> interpreter.compare("in", value, other);
            };
        }
        arguments.check();
        return switch (name) {
            case "defined" -> value != Values.UNDEFINED;
            case "undefined" -> value == Values.UNDEFINED;
            case "none" -> value == Values.NONE;
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "iterable" ->
                value instanceof String || value instanceof List || value instanceof Map || value == Values.UNDEFINED;
            case "sequence" ->
                value instanceof String || Values.isList(value) || value instanceof Map || value == Values.UNDEFINED;
            case "number" -> value instanceof Number || value instanceof Boolean;
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "odd" -> interpreter.equal(interpreter.arithmetic("%", value, 2L), 1L);
            case "even" -> interpreter.equal(interpreter.arithmetic("%", value, 2L), 0L);
            case "lower" -> cased(Text.of(value)) && Text.of(value).equals(Text.lower(Text.of(value)));
            default -> cased(Text.of(value)) && Text.of(value).equals(Text.upper(Text.of(value)));
        };
    }

    private static boolean cased(String text) {
        return !Text.upper(text).equals(Text.lower(text));
    }
}
