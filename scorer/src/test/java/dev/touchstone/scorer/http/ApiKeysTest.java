package dev.touchstone.scorer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiKeysTest {
    private static final String SECRET = "0123456789abcdef";

    @Test
    void shouldNameTheKeyWhenItsSecretIsShown() {
        ApiKeys keys = ApiKeys.of(List.of("a:" + SECRET, " b : another-secret-of-b "));
        assertThat(keys.idOf(SECRET)).contains("a");
        assertThat(keys.idOf("another-secret-of-b")).contains("b");
        assertThat(keys.idOf("a:" + SECRET)).isEmpty();
        assertThat(keys.idOf("")).isEmpty();
        assertThat(ApiKeys.of(List.of()).isEmpty()).isTrue();
    }

    @Test
    void shouldRefuseKeysThatAreNoneWithoutTellingTheirSecrets() {
        for (String wrong : List.of(SECRET, ":" + SECRET, "a:short", "a:0123456789abcdef/", "a b:" + SECRET)) {
            assertThatThrownBy(() -> ApiKeys.of(List.of(wrong)))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("touchstone.http.keys")
                    .hasMessageNotContaining("0123456789");
        }
        assertThatThrownBy(() -> ApiKeys.of(List.of("a:" + SECRET, "a:" + SECRET)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("twice");
    }
}
