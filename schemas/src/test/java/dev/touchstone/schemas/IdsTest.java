package dev.touchstone.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.schemas.v1.Message;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {
    private static final List<Message> PROMPT = List.of(new Message("user", "Say hello."));

    @Test
    void shouldStayTheSameForEverWhenContentIsTheSame() {
        // A change of this value would make every re-ingested file a second copy.
        assertThat(Ids.ofPair(PROMPT, "Hello.", "No."))
                .isEqualTo(UUID.fromString("a18ef205-5b86-83ad-b8f9-9c3d0be9eee5"))
                .isEqualTo(Ids.ofPair(List.copyOf(PROMPT), "Hello.", "No."));
        assertThat(Ids.ofPair(PROMPT, "Hello.", "No.").version()).isEqualTo(8);
        assertThat(Ids.ofPair(PROMPT, "Hello.", "No.").variant()).isEqualTo(2);
    }

    @Test
    void shouldDifferWhenAnyPartDiffers() {
        UUID id = Ids.ofPair(PROMPT, "Hello.", "No.");
        assertThat(List.of(
                        Ids.ofPair(PROMPT, "No.", "Hello."),
                        Ids.ofPair(PROMPT, "Hello.N", "o."),
                        Ids.ofPair(List.of(new Message("system", "Say hello.")), "Hello.", "No."),
                        Ids.ofCompletion(PROMPT, "Hello.", "No.", 0)))
                .doesNotContain(id)
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldKeepAUuidAndDeriveOneWhenTheSourceHasAnotherKindOfId() {
        UUID own = UUID.fromString("6f1d2c5e-8f0b-4c8e-9d57-240520850aaa");
        assertThat(Ids.ofForeign("set", own.toString())).isEqualTo(own);
        assertThat(Ids.ofForeign("set", "17"))
                .isEqualTo(Ids.ofForeign("set", "17"))
                .isNotEqualTo(Ids.ofForeign("other set", "17"));
        // Java reads this as a UUID, but it is not written as one.
        assertThat(Ids.ofForeign("set", "1-1-1-1-1")).isNotEqualTo(UUID.fromString("1-1-1-1-1"));
    }
}
