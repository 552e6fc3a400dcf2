package dev.touchstone.scorer.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.UserError;
import java.net.BindException;
import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void shouldSayWhatToMendWhenTheMistakeIsTheUsers() {
        assertThat(Main.mistake(new RuntimeException(new UserError("Set it.")))).contains("Set it.");
        assertThat(Main.mistake(new RuntimeException(new BindException("port 8080")))
                        .orElseThrow())
                .contains("port 8080")
                .contains("quarkus.http.port");
    }

    @Test
    void shouldBlameNobodyWhenTheFaultIsOurs() {
        assertThat(Main.mistake(new IllegalStateException("ours"))).isEmpty();
        assertThat(Main.mistake(null)).isEmpty();
    }
}
