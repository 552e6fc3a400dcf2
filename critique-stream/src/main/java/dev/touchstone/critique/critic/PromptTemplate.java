package dev.touchstone.critique.critic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Immutable. The texts that a critic is asked with, from the resources of one version. A text never changes under its
 * version: critiques name the version they were made with. The paper that the method is from (arXiv 2405.20850) does not
 * print its prompts; these are ours.
 */
public final class PromptTemplate {
    /** The version that new requests are made with. */
    public static final String CURRENT = "critique-v1";

    private static final ObjectMapper JSON = new ObjectMapper();
    /** What a turn adds beside its role and content: names, quotes and commas. */
    private static final int CHARS_PER_TURN = 30;
    /**
     * Beginnings of what the usual chat templates delimit turns by. Servers that look for these in the rendered prompt take
     * them for real ones wherever they stand, inside quotes too.
     */
    private static final Pattern SPECIAL_TOKEN =
            Pattern.compile("<(?=[|\uff5c]|/?(?:s|bos|eos|pad|unk|(?:start|end)_of_turn)>)|\\[(?=/?INST\\])");

    private final String system;
    private final String instruction;
    private final String repair;

    private PromptTemplate(String system, String instruction, String repair) {
        this.system = system;
        this.instruction = instruction;
        this.repair = repair;
    }

    /** The template of a version that this program has. */
    public static PromptTemplate of(String version) {
        String folder = "prompts/" + version + "/";
        return new PromptTemplate(
                resource(folder + "system.txt"),
                resource(folder + "user.txt").strip(),
                resource(folder + "repair.txt").strip());
    }

    /**
     * The system's message.
     *
     * @param again whether the answer before could not be read
     */
    String system(boolean again) {
        return again ? system + "\n" + repair : system;
    }

    /**
     * The user's message: one line of instruction and then one JSON object on a line of its own, whose quoting is the delimiter.
     * No text inside can end it, nor the turn, as special tokens are spelled with an escape.
     */
    String user(CritiqueRequest request) {
        ObjectNode data = JSON.createObjectNode();
        ArrayNode conversation = data.putArray("conversation");
        for (CritiqueRequest.Turn turn : request.conversation()) {
            conversation.addObject().put("role", turn.role()).put("content", turn.content());
        }
        data.put("completion", request.completion());
        return instruction + "\n" + withoutSpecialTokens(data);
    }

    /** In JSON these characters stand inside strings only when a token follows, so that an escape means the same. */
    private static String withoutSpecialTokens(ObjectNode data) {
        return SPECIAL_TOKEN
                .matcher(data.toString())
                .replaceAll(token -> String.format(
                        Locale.ROOT, "\\\\u%04x", (int) token.group().charAt(0)));
    }

    /** Characters of the longest messages of a request, without what quoting adds to its texts. Quick. */
    long chars(CritiqueRequest request) {
        long chars = (long) system.length() + instruction.length() + repair.length() + 2L * CHARS_PER_TURN;
        for (CritiqueRequest.Turn turn : request.conversation()) {
            chars += CHARS_PER_TURN + turn.role().length() + turn.content().length();
        }
        return chars + request.completion().length();
    }

    private static String resource(String name) {
        try (InputStream in = PromptTemplate.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
