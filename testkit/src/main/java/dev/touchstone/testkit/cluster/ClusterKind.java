package dev.touchstone.testkit.cluster;

import dev.touchstone.schemas.UserError;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the shared cluster of tests is made of; the system property {@value #PROPERTY} chooses. */
public enum ClusterKind {
    /** A broker in the JVM of the tests and a registry in a process of its own. */
    EMBEDDED,
    /** Both in containers. */
    CONTAINERS;

    /** {@code embedded}, which is the default, or {@code containers}. */
    public static final String PROPERTY = "touchstone.test.cluster";

    /**
     * The kind that the system property names.
     *
     * @throws UserError if it names none
     */
    public static ClusterKind chosen() {
        return named(System.getProperty(PROPERTY, EMBEDDED.label()));
    }

    static ClusterKind named(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new UserError("There is no cluster of kind " + label + ": set " + PROPERTY + " to "
                        + Arrays.stream(values()).map(ClusterKind::label).collect(Collectors.joining(" or ")) + "."));
    }

    private String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
