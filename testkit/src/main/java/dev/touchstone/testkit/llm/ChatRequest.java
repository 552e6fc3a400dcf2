package dev.touchstone.testkit.llm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What the server must know of a request, read in one pass without a tree.
 *
 * @param model the model that is asked
 * @param promptTokens a quarter of the characters of all messages, 1 or more
 * @param contentHash hash of the content of the last message
 */
record ChatRequest(String model, int promptTokens, String contentHash) {
    /** Stands for a request that cannot be read. */
    static final ChatRequest UNREADABLE = new ChatRequest("", 1, hash(""));

    private static final JsonFactory JSON = new JsonFactory();

    /** A body that is not a request for a chat completion. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String message) {
            super(message);
        }
    }

    /** @throws Unreadable if the body is not JSON, or has no model or no message */
    static ChatRequest read(byte[] body) throws Unreadable {
        try {
            return parse(body);
        } catch (IOException e) {
            throw new Unreadable("The body is not JSON.");
        }
    }

    private static ChatRequest parse(byte[] body) throws IOException, Unreadable {
        String model = "";
        Messages messages = new Messages();
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new Unreadable("The body is not a JSON object.");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                if (field.equals("model") && value == JsonToken.VALUE_STRING) {
                    model = json.getText();
                } else if (field.equals("messages") && value == JsonToken.START_ARRAY) {
                    messages.read(json);
                } else {
                    json.skipChildren();
                }
            }
        }
        if (model.isEmpty() || messages.count == 0) {
            throw new Unreadable("The request has no model or no messages.");
        }
        return new ChatRequest(model, tokens(messages.chars), hash(messages.last));
    }

    /** How many tokens this server takes a text for: no tokenizer, but the same for the same length. */
    static int tokens(int chars) {
        return Math.max(1, chars / 4);
    }

    static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private static final class Messages {
        int count;
        int chars;
        String last = "";

        void read(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.START_OBJECT) {
                count++;
                last = "";
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String field = json.currentName();
                    if (json.nextToken() == JsonToken.VALUE_STRING && field.equals("content")) {
                        last = json.getText();
                        chars += last.length();
                    } else {
                        json.skipChildren();
                    }
                }
            }
        }
    }
}
