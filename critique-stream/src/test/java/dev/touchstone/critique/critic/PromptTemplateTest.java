package dev.touchstone.critique.critic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.critique.critic.CritiqueRequest.Turn;
import dev.touchstone.schemas.Ids;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PromptTemplateTest {
    /** A text that changes needs a new version, since critiques name the version they were made with. */
    @Test
    void shouldNotChangeUnderItsVersion() {
        CritiqueRequest request = new CritiqueRequest(
                List.of(new Turn("user", "q")), "c", new CriticIdentity("m", "critique-v1", new TreeMap<>()));
        PromptTemplate template = PromptTemplate.of("critique-v1");
        assertThat(Ids.contentHash("template", List.of(template.system(true), template.user(request)), List.of()))
                .isEqualTo("af5ef92663db3d9a30d5d20f2cd78a573dfdd6cc348bcdc817a150d509306739");
    }
}
