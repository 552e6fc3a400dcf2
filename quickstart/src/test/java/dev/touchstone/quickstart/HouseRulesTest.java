package dev.touchstone.quickstart;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.registry.RegistryAccess;
import dev.touchstone.testkit.cluster.EmbeddedBroker;
import dev.touchstone.testkit.cluster.EmbeddedOnly;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.ProjectHome;
import dev.touchstone.testkit.cluster.SecuredCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What may know what, over all modules. Each rule says how to mend what breaks it. */
class HouseRulesTest {
    private static final List<String> MODULES = List.of(
            "schemas",
            "testkit",
            "reward-model",
            "checkpoint-store",
            "worth",
            "producers",
            "critique-stream",
            "trainer-consumer",
            "scorer",
            "benchmarks",
            "quickstart");
    private static final JavaClasses ALL = new ClassFileImporter()
            .importPaths(MODULES.stream()
                    .map(module -> ProjectHome.find().resolve(module).resolve("target/classes"))
                    .toList());

    @Test
    void shouldFindEveryModuleWhenRulesAreChecked() {
        assertThat(MODULES)
                .allSatisfy(
                        module -> assertThat(ProjectHome.find().resolve(module).resolve("target/classes"))
                                .isDirectory());
        assertThat(ALL.size()).isGreaterThan(100);
    }

    @Test
    void shouldKeepTheEngineInOneRoomWhenClassesImportDjl() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.touchstone.rewardmodel..", "dev.touchstone.benchmarks..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl..")
                .because(
                        "only reward-model knows DJL, and benchmarks measure the engine from inside; offer what you need"
                                + " as a method of reward-model")
                .check(ALL);
    }

    @Test
    void shouldKeepKafkaOutWhenTheModelIsMeant() {
        noClasses()
                .that()
                .resideInAPackage("dev.touchstone.rewardmodel..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..", "io.quarkus..", "dev.touchstone.schemas..")
                .because("the reward model must be usable without Kafka; convert records in trainer or scorer")
                .check(ALL);
    }

    @Test
    void shouldKeepS3InOneRoomWhenCheckpointsAreStored() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.touchstone.store..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .because("only checkpoint-store knows S3; put, fetch and list checkpoints through it")
                .check(ALL);
    }

    @Test
    void shouldKeepKafkaOutWhenCheckpointsAreStored() {
        noClasses()
                .that()
                .resideInAPackage("dev.touchstone.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..", "io.quarkus..", "dev.touchstone.schemas..")
                .because("a store knows versions, URIs and hashes; manifests belong to trainer and scorer")
                .check(ALL);
    }

    @Test
    void shouldKeepTheContainerInTheShellsWhenClassesImportQuarkus() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..shell..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "jakarta..", "org.eclipse.microprofile..", "io.smallrye..")
                .because("a service is a plain core under a thin shell; pass what you need through the constructor")
                .check(ALL);
    }

    @Test
    void shouldKeepServicesApartWhenTheyNeedEachOther() {
        slices().matching("dev.touchstone.(critique|trainer|scorer|producers)..")
                .should()
                .notDependOnEachOther()
                .because("services speak over topics; put what both need into schemas or reward-model")
                .check(ALL);
    }

    @Test
    void shouldKeepTheCriticsHttpShapeInOneRoomWhenTheStreamAsksForCritiques() {
        noClasses()
                .that()
                .resideInAPackage("dev.touchstone.critique..")
                .and()
                .resideOutsideOfPackages("dev.touchstone.critique.critic..", "..shell..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.net.http..")
                .because("only dev.touchstone.critique.critic knows how an LLM is asked")
                .check(ALL);
    }

    @Test
    void shouldAskTheRegistryInOneRoomWhenSchemasAreNeeded() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.touchstone.schemas..", "dev.touchstone.testkit..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.touchstone.schemas.registry.RegistryClient")
                .because("only schemas talks to a registry; decode with KafkaSettings.decoder")
                .check(ALL);
    }

    @Test
    void shouldShareNoCodeWithTheServicesWhenItVerifiesThem() {
        noClasses()
                .that()
                .resideInAPackage("dev.touchstone.testkit.verify..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.touchstone..")
                        .and(not(resideInAPackage("dev.touchstone.testkit.verify..")))
                        .and(not(belongToAnyOf(
                                TopicCatalogue.class, KafkaSettings.class, RegistryAccess.class, UserError.class))))
                .because("a mistake of the services must not be repeated by their judge; of schemas it knows the topics"
                        + " and how to connect, and everything else is written a second time")
                .check(ALL);
    }

    @Test
    void shouldKeepTestcontainersInOneClassWhenTestsRunOnContainers() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.touchstone.testkit.cluster.ContainerParts")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.testcontainers..", "com.github.dockerjava..")
                .because("Testcontainers is on the class path only when containers are asked for; use TestCluster")
                .check(ALL);
    }

    @Test
    void shouldSayOnWhichClusterItRunsWhenATestNeedsOne() {
        TestsOnClusters tests = TestsOnClusters.of(MODULES);
        assertThat(tests.lacking(List.of(OnTestCluster.class, EmbeddedOnly.class), List.of(TestCluster.class)))
                .as("tests that use TestCluster: annotate them with @OnTestCluster")
                .isEmpty();
        assertThat(tests.lacking(
                        List.of(EmbeddedOnly.class),
                        List.of(EmbeddedBroker.class, SecuredCluster.class, LauncherRun.class)))
                .as("tests with a broker of their own: annotate them with @EmbeddedOnly")
                .isEmpty();
    }

    @Test
    void shouldStayInsideWhenAPackageIsInternal() {
        classes()
                .that()
                .resideInAPackage("dev.touchstone.rewardmodel.internal..")
                .should()
                .onlyBeAccessed()
                .byAnyPackage("dev.touchstone.rewardmodel..", "dev.touchstone.benchmarks..")
                .because("internal is for what no other module may touch; benchmarks measure the engine from inside")
                .check(ALL);
    }

    @Test
    void shouldHaveADescriptionWhenAPackageHasClasses() throws IOException {
        for (String module : MODULES) {
            Path sources = ProjectHome.find().resolve(module).resolve("src/main/java");
            try (Stream<Path> files = Files.walk(sources)) {
                List<Path> lacking = files.filter(file -> file.toString().endsWith(".java"))
                        .map(Path::getParent)
                        .distinct()
                        .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                        .toList();
                assertThat(lacking)
                        .as("packages without package-info.java: add one with @NullMarked")
                        .isEmpty();
            }
        }
    }

    @Test
    void shouldNameTopicsInOnePlaceWhenATopicIsUsed() throws IOException {
        for (String module : MODULES) {
            Path sources = ProjectHome.find().resolve(module).resolve("src/main/java");
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    if (!file.endsWith("TopicCatalogue.java")) {
                        assertThat(Files.readString(file))
                                .as("%s spells a topic's name: take it from TopicCatalogue", file)
                                .doesNotContainPattern(
                                        "\"rm\\.(pairs|completions|critiqued-|checkpoints|models|model-|training-|dead-letters)");
                    }
                }
            }
        }
    }
}
