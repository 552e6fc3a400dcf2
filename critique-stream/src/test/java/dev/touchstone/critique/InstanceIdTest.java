package dev.touchstone.critique;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceIdTest {
    @TempDir
    Path folder;

    @Test
    void shouldStayTheSameInOneFolderAndDifferBetweenFolders() {
        String first = InstanceId.of(null, folder.resolve("a"), "app");
        assertThat(InstanceId.of(null, folder.resolve("a"), "app")).isEqualTo(first);
        assertThat(InstanceId.of(null, folder.resolve("b"), "app")).isNotEqualTo(first);
        assertThat(InstanceId.of(null, folder.resolve("a"), "other")).isNotEqualTo(first);
    }

    @Test
    void shouldTakeTheOneThatIsSet() {
        assertThat(InstanceId.of("mine", folder, "app")).isEqualTo("mine");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldMakeANewOneWhenTheFileIsDamaged() throws Exception {
        Files.writeString(folder.resolve("app.instance"), "two words");
        assertThat(InstanceId.of(null, folder, "app")).startsWith("critique-");
    }

    @Test
    void shouldSayWhatToMendWhenTheFolderCannotBeUsed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> InstanceId.of(null, file, "app"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("touchstone.state-dir");
    }
}
