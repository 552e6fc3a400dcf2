package dev.touchstone.testkit.cluster;

import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Immutable. Says of tests that need a cluster whether they can run on the chosen kind. */
final class ClusterCondition implements ExecutionCondition {
    private final ClusterKind kind;
    private final Supplier<Optional<String>> hindrance;

    /** Made by JUnit. */
    ClusterCondition() {
        this(ClusterKind.chosen(), TestCluster::hindrance);
    }

    /** @param hindrance why containers cannot be had, empty if they can; asked only where it matters */
    ClusterCondition(ClusterKind kind, Supplier<Optional<String>> hindrance) {
        this.kind = kind;
        this.hindrance = hindrance;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getElement()
                .flatMap(this::against)
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("The cluster can be had."));
    }

    /** The reason against running a test class or method; empty if there is none. */
    Optional<String> against(AnnotatedElement test) {
        if (kind != ClusterKind.CONTAINERS) {
            return Optional.empty();
        }
        EmbeddedOnly embedded = test.getAnnotation(EmbeddedOnly.class);
        if (embedded != null) {
            return Optional.of(asked() + " and this test cannot run on them: it " + embedded.value());
        }
        return test.isAnnotationPresent(OnTestCluster.class)
                ? hindrance.get().map(reason -> asked() + " and cannot be had: " + reason)
                : Optional.empty();
    }

    private static String asked() {
        return "Containers are asked for by " + ClusterKind.PROPERTY;
    }
}
