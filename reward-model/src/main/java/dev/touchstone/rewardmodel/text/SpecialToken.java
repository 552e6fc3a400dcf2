package dev.touchstone.rewardmodel.text;

import java.util.Locale;

/**
 * The tokens that give an input its shape. Each has its ordinal as id. They are vocabulary entries to which no merge
 * leads and they are not "added tokens", so no text of a user is ever encoded to one of them.
 */
public enum SpecialToken {
    /** Fills a batch up; never read. */
    PAD,
    /** Opens every input. */
    START,
    /** Opens a turn of the system. */
    SYSTEM,
    /** Opens a turn of the user. */
    USER,
    /** Opens a turn of the assistant. */
    ASSISTANT,
    /** Opens a turn of a tool. */
    TOOL,
    /** Opens a turn of anybody else. */
    OTHER,
    /** Opens the completion. */
    COMPLETION,
    /** Opens the critique. */
    CRITIQUE,
    /** Stands where text was left out. */
    CUT,
    /** Ends every input and every critique; the reward, or what the critique adds to it, is read here. */
    REWARD;

    /** The id in the vocabulary: the order of the constants is a part of the file format. */
    @SuppressWarnings("EnumOrdinal")
    public int id() {
        return ordinal();
    }

    /** The entry in the vocabulary, such as {@code <critique>}. */
    public String token() {
        return "<" + name().toLowerCase(Locale.ROOT) + ">";
    }

    /** The token that opens a turn of this role; an unknown role is {@link #OTHER}. */
    public static SpecialToken ofRole(String role) {
        return switch (role.toLowerCase(Locale.ROOT)) {
            case "system", "developer" -> SYSTEM;
            case "user", "human" -> USER;
            case "assistant", "gpt", "model" -> ASSISTANT;
            case "tool", "function" -> TOOL;
            default -> OTHER;
        };
    }
}
