package dev.touchstone.rewardmodel.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The small files of a chat model whose tokenizer has few merges and the special tokens of several families. */
final class ChatModel {

    static final List<String> SPECIAL = List.of("<s>", "</s>", "<|im_start|>", "<|im_end|>");

    static final String CHATML = """
            {% for m in messages %}<|im_start|>{{ m['role'] }}
            {{ m['content'] | trim }}<|im_end|>
            {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
            {% endif %}
            """;

    /** Turns in plain text; question and answer must alternate. */
    static final String INST = """
            {{ bos_token }}
            {%- if messages[0].role == 'system' %}{% set system = messages[0].content ~ '\\n\\n' %}
            {%- set messages = messages[1:] %}{% endif %}
            {%- for m in messages %}
            {%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate.') }}{% endif %}
            {%- if m.role == 'user' %}{{ '[INST] ' ~ (system if loop.first else '') ~ m.content.strip() ~ ' [/INST]' }}
            {%- else %}{{ ' ' ~ m.content.strip() ~ eos_token }}{% endif %}
            {%- endfor %}""";

    /** Writes the answer's thoughts only at the end. */
    static final String THINKING = """
            {% for m in messages %}{% set text = m.content %}
            {% if '</think>' in text and not loop.last %}{% set text = text.split('</think>')[-1].lstrip('\\n') %}{% endif %}
            {{ '<|im_start|>' ~ m.role ~ '\\n' ~ ('<think>\\n' if loop.last and m.role == 'assistant') ~ text ~ '<|im_end|>\\n' -}}
            {% endfor %}""";

    private ChatModel() {}

    static Map<String, byte[]> files(String template) {
        Map<String, byte[]> files = new HashMap<>();
        files.put("tokenizer.json", tokenizer());
        files.put("chat_template.jinja", template.getBytes(StandardCharsets.UTF_8));
        files.put(
                "tokenizer_config.json",
                "{\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\"}}".getBytes(StandardCharsets.UTF_8));
        return files;
    }

    static byte[] tokenizer() {
        try {
            ObjectMapper mapper = new ObjectMapper();
            byte[] plain = BpeTrainer.train(List.of("the answer is the answer, the question is the question"), 300);
            ObjectNode root = (ObjectNode) mapper.readTree(plain);
            ArrayNode added = (ArrayNode) root.path("added_tokens");
            List<String> tokens = new ArrayList<>(SPECIAL);
            tokens.add("<think>");
            for (String token : tokens) {
                added.addObject()
                        .put("id", id(root, token))
                        .put("content", token)
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", SPECIAL.contains(token));
            }
            return mapper.writeValueAsBytes(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int id(ObjectNode root, String token) {
        ObjectNode vocabulary = (ObjectNode) root.path("model").path("vocab");
        vocabulary.put(token, vocabulary.size());
        return vocabulary.size() - 1;
    }
}
