package dev.touchstone.trainer.learn;

import dev.touchstone.schemas.v1.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;

/**
 * Immutable. Decides which pairs are kept aside, by a salted hash of the first user turn: all pairs of one question fall on
 * one side, also when they are delivered or critiqued again.
 *
 * @param salt makes the split of one model differ from another's
 * @param fraction share of the questions that is held out, 0 to less than 1
 */
public record HeldOutSplit(String salt, double fraction) {
    /** Checks the fraction. */
    public HeldOutSplit {
        if (!(fraction >= 0 && fraction < 1)) {
            throw new IllegalArgumentException("The held-out fraction must be at least 0 and less than 1.");
        }
    }

    /** Whether pairs of this conversation are held out. */
    public boolean holdsOut(List<Message> prompt) {
        String key = salt + '\n' + normalised(firstUserTurn(prompt));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            double place = (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1.0p-53;
            return place < fraction;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private static String firstUserTurn(List<Message> prompt) {
        return prompt.stream()
                .filter(turn -> turn.getRole().equals("user"))
                .findFirst()
                .or(() -> prompt.stream().findFirst())
                .map(Message::getContent)
                .orElse("");
    }

    /**
     * One case, one form of each character (Unicode NFKC), white space collapsed: trivial rewording must not carry a
     * question over to the other side.
     */
    private static String normalised(String text) {
        // By upper case, so that letters with several lower-case forms meet; a changed case may need composing again.
        String folded = compatible(text).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return compatible(folded).replaceAll("(?U)\\s+", " ").strip();
    }

    private static String compatible(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC);
    }
}
