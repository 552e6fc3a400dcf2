package dev.touchstone.rewardmodel.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.text.jinja.Template;
import dev.touchstone.rewardmodel.text.jinja.TemplateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model's own way to write a conversation as one text: the Jinja template of a Hugging Face folder, rendered as
 * {@code apply_chat_template} of {@code transformers} does. Safe for several threads.
 */
public final class ChatTemplate {

    static final String TEMPLATE = "chat_template.jinja";
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Template template;
    private final Map<String, @Nullable Object> constants;

    private ChatTemplate(Template template, Map<String, @Nullable Object> constants) {
        this.template = template;
        this.constants = constants;
    }

    /**
     * The template of a folder. {@code chat_template.jinja} counts before {@code chat_template} in
     * {@code tokenizer_config.json}, which is a text, or a list of which {@code default} is taken. The names of tokens,
     * such as {@code bos_token}, come from {@code tokenizer_config.json}, then {@code special_tokens_map.json}.
     *
     * @param files the folder's files by name; others than these three are not read
     * @param clock the date for templates that write it
     * @throws InputFormatException when there is no template, or it uses what is not supported
     */
    public static ChatTemplate of(Map<String, byte[]> files, Clock clock) throws InputFormatException {
        JsonNode config = json(files, CONFIG);
        Map<String, @Nullable Object> constants = new HashMap<>();
        tokens(json(files, SPECIAL_TOKENS), constants);
        tokens(config, constants);
        constants.put("tools", null);
        constants.put("documents", null);
        byte[] file = files.get(TEMPLATE);
        String name = file == null ? CONFIG : TEMPLATE;
        String source = file == null ? source(config) : new String(file, StandardCharsets.UTF_8);
        if (source == null) {
            throw new InputFormatException("The model has no chat template: put one into " + TEMPLATE
                    + " or into chat_template of " + CONFIG + ".");
        }
        try {
            return new ChatTemplate(Template.of(source, clock), constants);
        } catch (TemplateException e) {
            throw new InputFormatException(
                    "The chat template in " + name + " cannot be used, for " + e.getMessage() + ": change it there.",
                    e);
        }
    }

    private static JsonNode json(Map<String, byte[]> files, String name) throws InputFormatException {
        byte[] file = files.get(name);
        try {
            return file == null ? JSON.createObjectNode() : JSON.readTree(file);
        } catch (IOException e) {
            throw new InputFormatException(name + " is no JSON: fetch the file again.", e);
        }
    }

    private static void tokens(JsonNode node, Map<String, @Nullable Object> constants) {
        node.properties().forEach(entry -> {
            JsonNode value = entry.getValue().isObject() ? entry.getValue().path("content") : entry.getValue();
            if (entry.getKey().endsWith("_token") && value.isTextual()) {
                constants.put(entry.getKey(), value.textValue());
            }
        });
    }

    private static @Nullable String source(JsonNode config) {
        JsonNode template = config.path("chat_template");
        for (JsonNode named : template) {
            if (named.path("name").asText().equals("default")) {
                return named.path("template").textValue();
            }
        }
        return template.textValue();
    }

    /** The strings that stand in the template's tags. */
    Set<String> literals() {
        return template.literals();
    }

    /**
     * Writes a conversation.
     *
     * @param turns its turns, oldest first
     * @param generationPrompt whether an answer of the assistant is to be opened at the end
     * @throws TemplateException when the template refuses the conversation, or fails on it
     */
    public String render(List<Turn> turns, boolean generationPrompt) throws TemplateException {
        List<Map<String, String>> messages = new ArrayList<>();
        for (Turn turn : turns) {
            Map<String, String> message = new LinkedHashMap<>();
            message.put("role", turn.role());
            message.put("content", turn.content());
            messages.add(message);
        }
        Map<String, @Nullable Object> values = new HashMap<>(constants);
        values.put("messages", messages);
        values.put("add_generation_prompt", generationPrompt);
        return template.render(values);
    }
}
