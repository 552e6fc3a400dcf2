package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Which token fills up short inputs where config.json names none: transformers needs one to score a batch. */
final class PadToken {

    private static final ObjectMapper JSON = new ObjectMapper();

    private PadToken() {}

    /** The id of the tokenizer's own padding, unknown, or ending token, the first that it has; 0 without any. */
    static int of(HuggingFaceConfig config, Map<String, byte[]> texts) {
        if (config.padTokenId().isPresent()) {
            return config.padTokenId().getAsInt();
        }
        JsonNode names = json(texts, "tokenizer_config.json");
        JsonNode added = json(texts, "tokenizer.json").path("added_tokens");
        for (String key : List.of("pad_token", "unk_token", "eos_token")) {
            JsonNode name = names.path(key).isObject() ? names.path(key).path("content") : names.path(key);
            for (JsonNode token : added) {
                int id = token.path("id").asInt(-1);
                boolean same = name.isTextual() && token.path("content").equals(name);
                if (same && id >= 0 && id < config.model().vocabulary()) {
                    return id;
                }
            }
        }
        return 0;
    }

    /** A file that is absent or damaged says nothing here; whoever needs it for more refuses it. */
    private static JsonNode json(Map<String, byte[]> texts, String name) {
        try {
            return JSON.readTree(texts.getOrDefault(name, new byte[] {'{', '}'}));
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }
}
