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
        String messages =
                PromptTemplate.of("critique-v1").messages(request, true).toString();
        assertThat(Ids.contentHash("template", List.of(messages), List.of()))
                .isEqualTo("2189976c6cbaacf970b325d45f4e048737b42be6be326194da1343a2f20cdca7");
    }
}
