package dev.touchstone.rewardmodel.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.Turn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {

    private static final List<Turn> TURNS = List.of(new Turn("user", "Hi"));

    @Test
    void shouldTakeTheFileWhenTheConfigurationHasATemplateToo() throws Exception {
        Map<String, byte[]> files = config("{\"chat_template\": \"config\"}");
        assertThat(of(files).render(TURNS, false)).isEqualTo("config");
        files.put("chat_template.jinja", bytes("file"));
        assertThat(of(files).render(TURNS, false)).isEqualTo("file");
    }

    @Test
    void shouldTakeTheDefaultWhenThereAreSeveralTemplates() throws Exception {
        Map<String, byte[]> files = config("{\"chat_template\": [{\"name\": \"rag\", \"template\": \"no\"},"
                + " {\"name\": \"default\", \"template\": \"yes\"}]}");
        assertThat(of(files).render(TURNS, false)).isEqualTo("yes");
    }

    @Test
    void shouldKnowTheNamesOfTokensWhenTheyAreTextsOrObjects() throws Exception {
        Map<String, byte[]> files = config("{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\","
                + " \"pad_token\": null, \"add_bos_token\": true,"
                + " \"chat_template\": \"{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ unk_token }}|{{ tools }}\"}");
        assertThat(of(files).render(TURNS, false)).isEqualTo("<s></s>|None");
        files.put("special_tokens_map.json", bytes("{\"unk_token\": \"<unk>\", \"bos_token\": \"<other>\"}"));
        assertThat(of(files).render(TURNS, false)).isEqualTo("<s></s><unk>|None");
    }

    @Test
    void shouldNameTheFileWhenItCannotBeUsed() {
        assertThatThrownBy(() -> of(Map.of()))
                .isInstanceOf(InputFormatException.class)
                .hasMessageContaining("chat_template.jinja");
        assertThatThrownBy(() -> of(config("{")))
                .isInstanceOf(InputFormatException.class)
                .hasMessageContaining("tokenizer_config.json");
        assertThatThrownBy(() -> of(config("{\"chat_template\": \"{% include 'a' %}\"}")))
                .isInstanceOf(InputFormatException.class)
                .hasMessageContaining("tokenizer_config.json")
                .hasMessageContaining("'include'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-lora", "mistral", "qwen2", "qwen3", "qwen3-causal-lm"})
    void shouldRenderToTheLetterWhenTransformersWroteTheReference(String model) throws Exception {
        Path folder = Path.of(System.getProperty("touchstone.reference", "../../shared/data/hf-tiny"), model);
        assumeThat(folder).as("the reference models are not on this machine").isDirectory();
        Map<String, byte[]> files = new HashMap<>();
        for (String name : List.of("tokenizer_config.json", "chat_template.jinja")) {
            files.put(name, Files.readAllBytes(folder.resolve(name)));
        }
        ChatTemplate template = of(files);
        JsonNode cases = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("chat.json")));
        assertThat(cases).isNotEmpty();
        for (JsonNode expected : cases) {
            List<Turn> turns = new ArrayList<>();
            for (JsonNode message : expected.path("messages")) {
                turns.add(new Turn(
                        message.path("role").asText(), message.path("content").asText()));
            }
            assertThat(template.render(
                            turns, expected.path("addGenerationPrompt").asBoolean()))
                    .isEqualTo(expected.path("text").asText());
        }
    }

    private static ChatTemplate of(Map<String, byte[]> files) throws InputFormatException {
        return ChatTemplate.of(files, Clock.systemUTC());
    }

    private static Map<String, byte[]> config(String json) {
        return new HashMap<>(Map.of("tokenizer_config.json", bytes(json)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
