package dev.touchstone.quickstart.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} says what the code says, and leaves nothing out. */
class GeneratedConfigurationTest {
    private static final Pattern ASKED_BY_NAME = Pattern.compile(
            "(?:getOptionalValue|getValue|getConfigValue|@ConfigProperty)\\(\\s*(?:name = )?\"([^\"]+)\"");

    @Test
    void shouldBeWhatTheCodeSaysWhenASettingChanges() throws IOException {
        GeneratedFile.check("docs/configuration.md", ConfigurationPage.text());
    }

    @Test
    void shouldReadNamesDefaultsAndMeaningsWhenInterfacesAreNested() throws IOException {
        assertThat(SettingsSource.of("critique-stream"))
                .contains(
                        new Setting("touchstone.threads", "1", "Stream threads."),
                        new Setting("touchstone.critic.timeout", "30s", "Longest time for one attempt."));
        assertThat(SettingsSource.of("trainer-consumer"))
                .anySatisfy(setting -> assertThat(setting.variable()).isEqualTo("TOUCHSTONE_GATE_MIN_PAIRS"));
        assertThat(SettingsSource.of("scorer"))
                .anySatisfy(setting -> assertThat(setting.variable()).isEqualTo("TOUCHSTONE_S3_PATH_STYLE"));
    }

    @Test
    void shouldNameWhatIsAskedByNameWhenAServiceReadsMoreThanItsMapping() throws IOException {
        for (String service : ConfigurationPage.MODULES.keySet()) {
            Path sources = ProjectHome.find()
                    .resolve(ConfigurationPage.MODULES.get(service))
                    .resolve("src/main/java");
            List<String> known = ConfigurationPage.variables(service);
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(ASKED_BY_NAME
                                    .matcher(Files.readString(file))
                                    .results()
                                    .map(MatchResult::group)
                                    .map(call -> call.replaceAll("(?s).*\"(.+)\".*", "$1"))
                                    .map(name -> new Setting(name, "", "").variable()))
                            .as("what %s asks for by name: add it to ConfigurationPage", file)
                            .isSubsetOf(known);
                }
            }
        }
    }
}
