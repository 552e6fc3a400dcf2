package dev.touchstone.quickstart;

import static dev.touchstone.quickstart.ComposeFile.image;
import static dev.touchstone.quickstart.ComposeFile.members;
import static dev.touchstone.quickstart.ComposeFile.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.touchstone.schemas.registry.RegistryAccess;
import dev.touchstone.testkit.cluster.ContainerImage;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

/** Whether what the container files name exists, and is what the code says. No engine is needed. */
class ContainerFilesTest {
    private static final Path HOME = ProjectHome.find();
    private static final Pattern PINNED = Pattern.compile("[a-z/-]+:v?\\d+\\.\\d+[\\w.-]*");
    /** Modules of the services by their names in compose.yaml, and the classes that hold their settings. */
    private static final Map<String, String> MODULES =
            Map.of("critique-stream", "critique-stream", "trainer", "trainer-consumer", "scorer", "scorer");

    private static final Map<String, String> SETTINGS = Map.of(
            "critique-stream", "dev.touchstone.critique.shell.ServiceConfig",
            "trainer", "dev.touchstone.trainer.shell.TrainerConfig",
            "scorer", "dev.touchstone.scorer.shell.ScorerConfig");

    /** Variables by service that its settings are read from. */
    private static final Map<String, Set<String>> OWN =
            SETTINGS.keySet().stream().collect(Collectors.toMap(name -> name, ContainerFilesTest::settings));

    private final ComposeFile compose;
    private final Dockerfile dockerfile;
    private final String pom;

    ContainerFilesTest() throws IOException {
        compose = ComposeFile.read();
        dockerfile = Dockerfile.read();
        pom = Files.readString(HOME.resolve("pom.xml"));
    }

    @Test
    void shouldPinEveryImageWhenFilesNameOne() {
        assertThat(compose.has("version")).isFalse();
        assertThat(compose.services().values())
                .allSatisfy(
                        service -> assertThat(image(service)).matches(PINNED).doesNotContain("latest", "alpine"));
        assertThat(dockerfile.bases())
                .isNotEmpty()
                .allSatisfy(base -> assertThat(base).matches(PINNED).doesNotContain("latest", "alpine"));
        String version = first(pom, "<artifactId>touchstone</artifactId>\\s*<version>(.*)</version>");
        assertThat(compose.ownServices().values())
                .allSatisfy(service -> assertThat(image(service)).endsWith(":" + version));
        assertThat(compose.services().values())
                .extracting(ComposeFile::image)
                .contains(
                        "apache/kafka:" + first(pom, "<kafka.version>(.*)<"),
                        "apicurio/apicurio-registry:" + first(pom, "<apicurio.version>(.*)<"))
                .as("what tests on containers run")
                .contains(ContainerImage.KAFKA.standard(), ContainerImage.REGISTRY.standard());
    }

    @Test
    void shouldFindEveryPathAndTargetWhenFilesNameOne() throws IOException {
        compose.ownServices().forEach((name, service) -> {
            Map<String, Object> build = members(service, "build");
            Path context = ComposeFile.HOME.resolve(String.valueOf(build.get("context")));
            assertThat(context.resolve(String.valueOf(build.get("dockerfile")))).isRegularFile();
            String target = String.valueOf(build.get("target"));
            assertThat(dockerfile.stages()).containsKey(target);
            assertThat(image(service)).startsWith("touchstone/" + target + ":");
        });
        Set<String> mounted = new HashSet<>();
        compose.services()
                .values()
                .forEach(service -> ComposeFile.sources(service, source -> source)
                        .forEach(source -> {
                            if (source.startsWith(".")) {
                                assertThat(ComposeFile.HOME.resolve(source)).exists();
                            } else {
                                mounted.add(source);
                            }
                        }));
        assertThat(compose.volumes()).containsExactlyInAnyOrderElementsOf(mounted);
        String ignore = Files.readString(ComposeFile.HOME.resolve("Dockerfile.dockerignore"));
        assertThat(dockerfile.copied()).isNotEmpty().allSatisfy(source -> {
            int build = source.indexOf("/target/");
            assertThat(HOME.resolve(build < 0 ? source : source.substring(0, build) + "/pom.xml"))
                    .exists();
            assertThat(ignore.lines().filter(line -> line.startsWith("!")).map(line -> line.substring(1)))
                    .anySatisfy(kept -> assertThat(source).startsWith(kept));
        });
    }

    @Test
    void shouldSetOnlyWhatTheCodeReadsWhenAServiceIsStarted() {
        compose.ownServices()
                .forEach((name, service) -> assertThat(
                                members(service, "environment").keySet())
                        .as(name)
                        .filteredOn(variable -> variable.startsWith("TOUCHSTONE_") || variable.startsWith("KAFKA_"))
                        .isSubsetOf(known(name)));
        SETTINGS.keySet()
                .forEach(name -> List.of(name, name + "-gpu").stream()
                        .filter(dockerfile.stages()::containsKey)
                        .forEach(stage -> assertThat(dockerfile.all(stage, "ENV"))
                                .flatExtracting(line -> Pattern.compile("(TOUCHSTONE_[A-Z_]+)=")
                                        .matcher(line)
                                        .results()
                                        .map(found -> found.group(1))
                                        .toList())
                                .as(stage)
                                .isSubsetOf(known(name))));
    }

    @Test
    void shouldListenWhereFilesSayWhenAServiceIsPublished() {
        MODULES.forEach((name, module) -> {
            String port = port(module);
            List.of(name, name + "-gpu").stream()
                    .filter(compose.services()::containsKey)
                    .forEach(each -> {
                        Map<String, Object> service = compose.services().get(each);
                        assertThat(texts(service, "ports")).containsExactly("127.0.0.1:" + port + ":" + port);
                        assertThat(members(service, "environment")).containsEntry("QUARKUS_HTTP_HOST", "0.0.0.0");
                        assertThat(dockerfile.last(each, "EXPOSE")).isEqualTo(port);
                        assertThat(dockerfile.last(each, "HEALTHCHECK"))
                                .matches(".*\"" + port + "\", \"/q/health/(live|ready)\"]");
                    });
        });
        assertThat(compose.services().values())
                .allSatisfy(service -> assertThat(texts(service, "ports"))
                        .allSatisfy(port -> assertThat(port).startsWith("127.0.0.1:")));
    }

    @Test
    void shouldExplainEveryKnobWhenComposeHasOne() throws IOException {
        assertThat(ComposeFile.example()).isEqualTo(compose.variables());
        String before = "";
        for (String line : Files.readAllLines(ComposeFile.HOME.resolve(".env.example"))) {
            assertThat(line).matches("|# .{10,}|[A-Z][A-Z0-9_]*=.*");
            assertThat(line.isEmpty() || line.startsWith("#") || !before.isEmpty())
                    .as("%s stands under what it means", line)
                    .isTrue();
            before = line;
        }
    }

    @Test
    void shouldRunWithoutRightsAndWithinLimitsWhenAContainerIsStarted() {
        compose.ownServices().values().forEach(service -> {
            String target = String.valueOf(members(service, "build").get("target"));
            assertThat(dockerfile.last(target, "USER")).as(target).isEqualTo("10001:10001");
            assertThat(dockerfile.last(target, "ENTRYPOINT")).as(target).startsWith("[");
        });
        compose.services().forEach((name, service) -> {
            Map<String, Object> limits = members(members(members(service, "deploy"), "resources"), "limits");
            assertThat(limits).as(name).containsOnlyKeys("cpus", "memory");
            assertThat(service).as(name).containsKey("restart");
            members(service, "depends_on")
                    .forEach((other, condition) ->
                            assertThat(compose.services()).as(name).containsKey(other));
        });
    }

    @Test
    void shouldUnderstandEveryCommandWhenComposeRunsOurs() {
        assertThat(compose.ownServices().values())
                .filteredOn(service -> service.containsKey("command"))
                .isNotEmpty()
                .allSatisfy(service -> assertThatCode(() -> Touchstone.commandLine()
                                .parseArgs(texts(service, "command").toArray(String[]::new)))
                        .doesNotThrowAnyException());
    }

    @Test
    void shouldHoldTheCudaOfTheProfileWhenAnImageIsForGpus() {
        String profile = first(pom, "(?s)<id>cuda</id>(.*?)</profile>");
        String libtorch = first(profile, "<pytorch.version>(.*)<");
        String natives = first(profile, "<pytorch.native>(.*)<");
        for (String stage : List.of("trainer-gpu", "scorer-gpu")) {
            String environment = String.join(" ", dockerfile.all(stage, "ENV"));
            assertThat(first(environment, "IMAGE_LIBTORCH=(\\S+)")).isEqualTo(libtorch);
            assertThat(natives)
                    .endsWith("cu" + first(environment, "IMAGE_CUDA=(\\S+)").replace(".", ""));
            assertThat(String.join(" ", dockerfile.all(stage, "RUN"))).contains(natives + "-" + libtorch);
            assertThat(dockerfile.last(stage, "ENTRYPOINT")).contains("check-gpu.sh");
        }
    }

    private static Set<String> known(String service) {
        Set<String> names = new HashSet<>(Set.of("TOUCHSTONE_TOPIC_PREFIX", "TOUCHSTONE_TRACING"));
        AdminClientConfig.configNames().forEach(name -> names.add(variable("kafka." + name)));
        names.add(variable("kafka." + RegistryAccess.URL));
        names.addAll(OWN.getOrDefault(service.replace("-gpu", ""), Set.of()));
        return names;
    }

    private static Set<String> settings(String service) {
        String type = SETTINGS.get(service);
        Path shell = HOME.resolve(MODULES.get(service))
                .resolve("target/classes")
                .resolve(type.substring(0, type.lastIndexOf('.')).replace('.', '/'));
        assertThat(shell).isDirectory();
        Set<String> names = new HashSet<>();
        add(names, "touchstone", new ClassFileImporter().importPath(shell).get(type));
        return names;
    }

    private static void add(Set<String> names, String prefix, JavaClass settings) {
        for (JavaMethod method : settings.getMethods()) {
            String name = prefix + "." + method.getName().replaceAll("([A-Z])", "-$1");
            JavaClass type = method.getRawReturnType();
            if (type.isInterface() && type.getPackageName().startsWith("dev.touchstone")) {
                add(names, name, type);
            } else {
                names.add(variable(name));
            }
        }
    }

    private static String variable(String property) {
        return property.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
    }

    private static String port(String module) {
        Properties properties = new Properties();
        try (Reader reader =
                Files.newBufferedReader(HOME.resolve(module + "/src/main/resources/application.properties"))) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("quarkus.http.port");
    }

    private static String first(String text, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }
}
