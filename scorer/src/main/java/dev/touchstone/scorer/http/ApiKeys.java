package dev.touchstone.scorer.http;

import dev.touchstone.schemas.UserError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Immutable. The keys of which a client must show one. A key has an id, which logs may name, and a secret, of which only the
 * SHA-256 is kept. How long a comparison takes tells nothing of how much of a guess was right, nor of which key.
 */
public final class ApiKeys {
    private static final int SHORTEST_SECRET = 16;

    private final Map<String, byte[]> digests = new LinkedHashMap<>();

    private ApiKeys() {}

    /**
     * Reads keys of the form {@code id:secret}.
     *
     * @throws UserError if one has another form, is too short to be secret, or has characters that no path may have
     */
    public static ApiKeys of(List<String> settings) {
        ApiKeys keys = new ApiKeys();
        for (String setting : settings) {
            int colon = setting.indexOf(':');
            String id = colon < 0 ? "" : setting.substring(0, colon).strip();
            String secret = setting.substring(colon + 1).strip();
            // The message must not have the secret.
            if (!id.matches("[A-Za-z0-9._-]+")) {
                throw new UserError(
                        "A key of touchstone.http.keys has no id: write each as id:secret, such as trainer-a:"
                                + " and at least " + SHORTEST_SECRET + " characters.");
            }
            if (secret.length() < SHORTEST_SECRET || !secret.matches("[A-Za-z0-9._~-]+")) {
                throw new UserError(
                        "The secret of the key " + id + " in touchstone.http.keys cannot be used: take at least "
                                + SHORTEST_SECRET + " letters, digits, dots, dashes, underscores and tildes.");
            }
            if (keys.digests.put(id, digest(secret)) != null) {
                throw new UserError("touchstone.http.keys has the id " + id + " twice: give each key its own.");
            }
        }
        return keys;
    }

    /** Whether there are none, so that nobody needs one. */
    public boolean isEmpty() {
        return digests.isEmpty();
    }

    /** The id of the key with this secret. */
    public Optional<String> idOf(String secret) {
        byte[] shown = digest(secret);
        String found = null;
        for (Map.Entry<String, byte[]> key : digests.entrySet()) {
            if (MessageDigest.isEqual(key.getValue(), shown)) {
                found = key.getKey();
            }
        }
        return Optional.ofNullable(found);
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
