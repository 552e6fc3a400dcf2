package dev.touchstone.schemas;

import dev.touchstone.schemas.v1.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Identities derived from content, so that the same thing sent twice has the same id. Parts are hashed with their lengths:
 * no two different lists of parts collide by concatenation.
 */
public final class Ids {
    /** Namespace of all derived ids; changing it changes every id. */
    private static final UUID NAMESPACE = UUID.fromString("6f1d2c5e-8f0b-5c8e-9d57-2405a2085001");

    private Ids() {}

    /** The id of a pair that has none of its own: from prompt, chosen and rejected. */
    public static UUID ofPair(List<Message> prompt, String chosen, String rejected) {
        return nameBased(sha256("pair", flatten(prompt), List.of(chosen, rejected)));
    }

    /** The id of a completion that has none of its own: from prompt, completion, policy version and a sample number. */
    public static UUID ofCompletion(List<Message> prompt, String completion, String policyVersion, int sample) {
        return nameBased(
                sha256("completion", flatten(prompt), List.of(completion, policyVersion, Integer.toString(sample))));
    }

    /** The id as it is if it is a UUID, else a UUID derived from source and id. */
    public static UUID ofForeign(String source, String id) {
        try {
            UUID parsed = UUID.fromString(id);
            if (parsed.toString().equalsIgnoreCase(id)) {
                return parsed;
            }
        } catch (IllegalArgumentException e) {
            // Not a UUID: derive one below.
        }
        return nameBased(sha256("foreign", List.of(source), List.of(id)));
    }

    /** SHA-256 over a kind and two lists of parts, lower-case hexadecimal, 64 characters. */
    public static String contentHash(String kind, List<String> first, List<String> second) {
        return HexFormat.of().formatHex(sha256(kind, first, second));
    }

    /** Roles and contents of a conversation in order, as parts for {@link #contentHash}. */
    public static List<String> flatten(List<Message> prompt) {
        return prompt.stream()
                .flatMap(turn -> List.of(turn.getRole(), turn.getContent()).stream())
                .toList();
    }

    private static byte[] sha256(String kind, List<String> first, List<String> second) {
        MessageDigest digest = newSha256();
        update(digest, kind);
        for (List<String> parts : List.of(first, second)) {
            digest.update(ByteBuffer.allocate(4).putInt(parts.size()).array());
            parts.forEach(part -> update(digest, part));
        }
        return digest.digest();
    }

    private static void update(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
        digest.update(bytes);
    }

    /** RFC 9562 version 8 ("custom"): 122 bits of a SHA-256 over namespace and name. */
    private static UUID nameBased(byte[] name) {
        MessageDigest digest = newSha256();
        digest.update(ByteBuffer.allocate(16)
                .putLong(NAMESPACE.getMostSignificantBits())
                .putLong(NAMESPACE.getLeastSignificantBits())
                .array());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(name));
        long high = (hash.getLong() & ~0xF000L) | 0x8000L;
        long low = (hash.getLong() & ~0xC000000000000000L) | 0x8000000000000000L;
        return new UUID(high, low);
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
