package dev.touchstone.quickstart;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Immutable. The test classes of all modules that are built, and what they reach through other classes of tests. */
final class TestsOnClusters {
    private final JavaClasses classes;

    private TestsOnClusters(JavaClasses classes) {
        this.classes = classes;
    }

    static TestsOnClusters of(List<String> modules) {
        List<Path> folders = modules.stream()
                .map(module -> ProjectHome.find().resolve(module).resolve("target/test-classes"))
                .filter(Files::isDirectory)
                .toList();
        // The names of what tests use are enough; to read all of that too would take most of the time.
        return new TestsOnClusters(ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false);
            return new ClassFileImporter().importPaths(folders);
        }));
    }

    /**
     * Names of the test classes that reach one of some types and have none of some annotations, neither themselves nor on a
     * method.
     */
    List<String> lacking(List<Class<? extends Annotation>> annotations, List<Class<?>> types) {
        Set<String> names = new HashSet<>(types.stream().map(Class::getName).toList());
        return classes.stream()
                .filter(TestsOnClusters::hasTests)
                .filter(test -> !test.isEquivalentTo(HouseRulesTest.class)) // names them to forbid
                .filter(test -> reaches(test, names))
                .filter(test -> annotations.stream().noneMatch(annotation -> has(test, annotation)))
                .map(JavaClass::getName)
                .sorted()
                .toList();
    }

    private static boolean has(JavaClass test, Class<? extends Annotation> annotation) {
        return test.isAnnotatedWith(annotation)
                || test.getMethods().stream().anyMatch(method -> method.isAnnotatedWith(annotation));
    }

    private static boolean hasTests(JavaClass type) {
        return type.getMethods().stream().anyMatch(TestsOnClusters::isTest);
    }

    private static boolean isTest(JavaMethod method) {
        return method.getAnnotations().stream()
                .map(found -> found.getRawType().getSimpleName())
                .anyMatch(Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory")::contains);
    }

    /** What is not of tests is not looked into: the testkit's own parts start brokers. */
    private boolean reaches(JavaClass test, Set<String> names) {
        Set<String> seen = new HashSet<>(Set.of(test.getName()));
        Deque<JavaClass> open = new ArrayDeque<>(List.of(test));
        while (!open.isEmpty()) {
            for (Dependency dependency : open.pop().getDirectDependenciesFromSelf()) {
                JavaClass next = dependency.getTargetClass();
                if (names.contains(next.getName())) {
                    return true;
                }
                if (classes.contain(next.getName()) && !hasTests(next) && seen.add(next.getName())) {
                    open.push(next);
                }
            }
        }
        return false;
    }
}
