package dev.touchstone.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreSettingsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/tmp/checkpoints",
                "s3:",
                "s3://",
                "s3://B",
                "s3://bucket//a",
                "s3://bucket/../a",
                "s3://bucket/a b",
                "s3://key:secret@bucket/a",
                "gs://bucket/a"
            })
    void shouldNameTheSettingWhenTheStoreIsNoPlace(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(text, null, null))
                .withMessageContainingAll("touchstone.checkpoint-store", "s3://bucket/prefix");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost:8333", "ftp://host", "http://key:secret@host", "http://host?key=secret", "http:"})
    void shouldNameTheSettingAndNoSecretWhenTheEndpointIsNoUrl(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of("s3://bucket", text, null))
                .withMessageContaining("touchstone.s3-endpoint")
                .satisfies(e -> assertThat(e).message().doesNotContain("secret"));
    }

    @Test
    void shouldNameTheSettingWhenTheRegionIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of("s3://bucket", null, "Frankfurt am Main"))
                .withMessageContaining("touchstone.s3-region");
    }

    @Test
    void shouldPutTheBucketInThePathWhenThereIsAnEndpoint() {
        assertThat(of("s3://bucket/a/", "http://localhost:8333", null).pathStyle())
                .isTrue();
        assertThat(of("s3://bucket/a/", null, "eu-west-1").pathStyle()).isFalse();
        assertThat(of("s3://bucket/a/", null, null).location()).hasToString("s3://bucket/a");
        assertThat(of("s3://bucket", null, null).location().child("m")).hasToString("s3://bucket/m");
    }

    private static StoreSettings of(String store, String endpoint, String region) {
        return StoreSettings.of(
                Optional.of(store), Optional.ofNullable(endpoint), Optional.ofNullable(region), Optional.empty());
    }
}
