package dev.touchstone.rewardmodel.text.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a template is made of. */
sealed interface Statement {

    record Data(String text) implements Statement {}

    record Output(Expression value) implements Statement {}

    record If(Expression condition, List<Statement> then, List<Statement> otherwise) implements Statement {}

    record For(
            Target target,
            Expression over,
            @Nullable Expression filter,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    record Set(Target target, Expression value) implements Statement {}

    /** {@code set name} with a body. */
    record SetBlock(Target target, List<Statement> body) implements Statement {}

    record Macro(String name, List<String> parameters, List<Expression> defaults, List<Statement> body)
            implements Statement {}

    /** A block whose tags mean nothing for the text. */
    record Group(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    /**
     * What is assigned to.
     *
     * @param names one name, or several that a sequence is unpacked into
     * @param attribute the attribute of the one name, a namespace; null for the name itself
     */
    record Target(List<String> names, @Nullable String attribute) {}
}
