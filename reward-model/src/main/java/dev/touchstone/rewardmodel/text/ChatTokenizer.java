package dev.touchstone.rewardmodel.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.Torch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Any Hugging Face {@code tokenizer.json}, in which a template can write special tokens and a user cannot. Inside, every
 * special token bears another name, made of Unicode noncharacters, which no user's text holds: {@link #guard} replaces
 * them, and breaks up what looks like a special token until {@link #named} has given the template's own tokens their
 * names. Everything else is encoded as the unchanged file would. Safe for several threads; closing frees native memory.
 */
final class ChatTokenizer implements AutoCloseable {

    static final String FILE = "tokenizer.json";

    private static final char NAME_BEGIN = '\uFDD0';
    private static final char NAME_END = '\uFDD1';
    private static final char BREAK = '\uFDD2';
    private static final char DIGITS = '\uFDE0';

    /** The name of a special token, as a regular expression. */
    static final String NAME = NAME_BEGIN + "[\uFDE0-\uFDEF]+" + NAME_END;

    private final HuggingFaceTokenizer delegate;
    private final Map<String, String> names;
    private final Words specials;
    private final Words literals;
    private final List<String> ordinaryAdded;
    private final int longestEntry;

    private ChatTokenizer(ObjectNode root, Collection<String> literals) throws InputFormatException {
        this.names = new LinkedHashMap<>();
        this.ordinaryAdded = new ArrayList<>();
        Map<String, Integer> ids = new LinkedHashMap<>();
        int longest = 1;
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asText();
            longest = Math.max(longest, content.length());
            if (content.isEmpty()) {
                continue;
            }
            if (token.path("special").asBoolean()) {
                String name = name(names.size());
                names.put(content, name);
                ids.put(name, token.path("id").asInt(-1));
                ((ObjectNode) token).put("content", name);
            } else {
                ordinaryAdded.add(content);
            }
        }
        this.longestEntry = Math.max(longest, rename(root.path("model")));
        root.putNull("post_processor").putNull("truncation").putNull("padding");
        this.specials = new Words(names.keySet());
        this.literals = new Words(literals.stream().filter(this::isHarmless).toList());
        this.delegate = load(root);
        for (Map.Entry<String, Integer> entry : ids.entrySet()) {
            int[] encoded = encode(entry.getKey());
            if (encoded.length != 1 || encoded[0] != entry.getValue()) {
                delegate.close();
                throw new InputFormatException(FILE + " does not give the special token with id " + entry.getValue()
                        + " back as one: fetch the file again.");
            }
        }
    }

    /**
     * Reads a tokenizer.
     *
     * @param json the bytes of {@code tokenizer.json}
     * @param literals strings that a template may look for in a text, such as {@code </think>}, and must find unbroken
     * @throws InputFormatException when the bytes are no such file, or its special tokens cannot be told from text
     */
    static ChatTokenizer of(byte[] json, Collection<String> literals) throws InputFormatException {
        try {
            if (new ObjectMapper().readTree(json) instanceof ObjectNode root) {
                return new ChatTokenizer(root, literals);
            }
        } catch (IOException e) {
            throw new InputFormatException(FILE + " is no JSON: fetch the file again.", e);
        }
        throw new InputFormatException(FILE + " is no JSON object: fetch the file again.");
    }

    private static String name(int index) {
        StringBuilder name = new StringBuilder().append(NAME_BEGIN);
        for (char digit : Integer.toHexString(index).toCharArray()) {
            name.append((char) (DIGITS + Character.digit(digit, 16)));
        }
        return name.append(NAME_END).toString();
    }

    /** Gives the special tokens their names in the model; returns the length of the longest entry. */
    private int rename(JsonNode model) {
        int longest = 1;
        if (model.path("vocab") instanceof ObjectNode vocabulary) {
            names.forEach((content, name) -> {
                JsonNode id = vocabulary.remove(content);
                if (id != null) {
                    vocabulary.set(name, id);
                }
            });
            for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
                longest = Math.max(longest, entry.getKey().length());
            }
        }
        if (model.path("vocab") instanceof ArrayNode pieces) {
            for (JsonNode piece : pieces) {
                String content = piece.path(0).asText();
                longest = Math.max(longest, content.length());
                String name = names.get(content);
                if (name != null) {
                    ((ArrayNode) piece).set(0, JsonNodeFactory.instance.textNode(name));
                }
            }
        }
        String unknown = names.get(model.path("unk_token").asText());
        if (unknown != null) {
            ((ObjectNode) model).put("unk_token", unknown);
        }
        return longest;
    }

    private static HuggingFaceTokenizer load(ObjectNode root) throws InputFormatException {
        Torch.quiet();
        try {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(new ObjectMapper().writeValueAsBytes(root)),
                    Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        } catch (IOException | RuntimeException e) {
            throw new InputFormatException(
                    FILE + " is refused by the native tokenizer: fetch it again, made by a current tokenizers.", e);
        }
    }

    /** Whether a template's string may stand unbroken in a user's text: it is neither a part of a special token nor holds one. */
    private boolean isHarmless(String literal) {
        return literal.length() > 2
                && names.keySet().stream()
                        .noneMatch(special -> special.regionMatches(
                                true, 0, literal, 0, Math.min(special.length(), literal.length())));
    }

    /** Added tokens that are not special, such as {@code <think>}: anybody may write them. */
    List<String> ordinaryAdded() {
        return ordinaryAdded;
    }

    /** Characters of the longest entry. */
    int longestEntry() {
        return longestEntry;
    }

    /**
     * A user's text for a template. Behind every character that could begin a special token stands a break, so that none
     * comes about whatever the template cuts out of the text or puts beside it.
     */
    String guard(String text) {
        String wellFormed = Tokenizer.wellFormed(text);
        StringBuilder guarded = new StringBuilder(wellFormed.length() + 16);
        for (int i = 0; i < wellFormed.length(); i++) {
            char c = wellFormed.charAt(i);
            guarded.append(c >= NAME_BEGIN && c <= '\uFDEF' ? '\uFFFD' : c);
            if (specials.begins(c) && literals.at(wellFormed, i, false) == null) {
                guarded.append(BREAK);
            }
        }
        return guarded.toString();
    }

    /** A text that a template has made already, with special tokens that mean what they say, by their names. */
    String templated(String text) {
        StringBuilder clean = new StringBuilder(Tokenizer.wellFormed(text));
        for (int i = 0; i < clean.length(); i++) {
            if (clean.charAt(i) >= NAME_BEGIN && clean.charAt(i) <= '\uFDEF') {
                clean.setCharAt(i, '\uFFFD');
            }
        }
        return named(clean.toString());
    }

    /** A user's text, all of which may end up within a special token, such as a role: a break behind every character. */
    String guardAll(String text) {
        StringBuilder guarded = new StringBuilder();
        guard(text).codePoints().forEach(c -> guarded.appendCodePoint(c).append(BREAK));
        return guarded.toString();
    }

    /** What a template made of guarded texts, its own special tokens by their names, without breaks. */
    String named(String rendered) {
        StringBuilder named = new StringBuilder(rendered.length() + 64);
        for (int i = 0; i < rendered.length(); i++) {
            char c = rendered.charAt(i);
            String special = specials.at(rendered, i, false);
            boolean users = special != null && rendered.startsWith(String.valueOf(BREAK), i + 1);
            if (special != null && !users) {
                named.append(names.get(special));
                i += special.length() - 1;
            } else if (c != BREAK) {
                named.append(c);
            }
        }
        return named.toString();
    }

    /** Ids of a text in which special tokens stand by their names. */
    int[] encode(String named) {
        return TokenIds.of(delegate, named);
    }

    @Override
    public void close() {
        delegate.close();
    }
}
