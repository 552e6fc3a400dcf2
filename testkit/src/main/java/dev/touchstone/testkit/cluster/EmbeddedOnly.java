package dev.touchstone.testkit.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** On tests that start, stop or secure a broker or a registry of their own: they are skipped when containers are chosen. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(ClusterCondition.class)
public @interface EmbeddedOnly {
    /** What the test does with its broker or registry: the end of a sentence that begins with "it". */
    String value();
}
