package dev.touchstone.rewardmodel.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.Torch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Map;

/**
 * A byte-level BPE (Sennrich et al., arXiv 1508.07909, over bytes) read from a Hugging Face {@code tokenizer.json} that
 * holds every {@link SpecialToken}. Safe for several threads; closing frees native memory.
 */
public final class Tokenizer implements AutoCloseable {

    private static final String BUILT_IN = "/dev/touchstone/rewardmodel/tokenizer.json";

    private final byte[] json;
    private final HuggingFaceTokenizer delegate;
    private final int vocabulary;
    private final int longestEntry;

    private Tokenizer(byte[] json) throws IOException {
        this.json = json;
        JsonNode root = new ObjectMapper().readTree(json);
        JsonNode entries = root.path("model").path("vocab");
        for (SpecialToken special : SpecialToken.values()) {
            if (entries.path(special.token()).asInt(-1) != special.id()) {
                throw new IOException("The tokenizer lacks " + special.token() + " with id " + special.id()
                        + ": train it with BpeTrainer.");
            }
        }
        if (!root.path("added_tokens").isEmpty()) {
            throw new IOException(
                    "The tokenizer has added tokens, which text could produce: train it with BpeTrainer.");
        }
        int longest = 1;
        for (Iterator<String> names = entries.fieldNames(); names.hasNext(); ) {
            longest = Math.max(longest, names.next().length());
        }
        this.vocabulary = entries.size();
        this.longestEntry = longest;
        Torch.quiet();
        this.delegate = load(json);
    }

    private static HuggingFaceTokenizer load(byte[] json) throws IOException {
        try {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json),
                    Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        } catch (RuntimeException e) {
            throw new IOException("The native tokenizer refuses the file: " + e.getMessage(), e);
        }
    }

    /** The tokenizer in this jar. */
    public static Tokenizer builtIn() {
        try (InputStream in = Tokenizer.class.getResourceAsStream(BUILT_IN)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + BUILT_IN + ": build it again.");
            }
            return new Tokenizer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A tokenizer from the bytes of its {@code tokenizer.json}.
     *
     * @throws IOException when the bytes are no such file or lack the special tokens
     */
    public static Tokenizer of(byte[] json) throws IOException {
        return new Tokenizer(json.clone());
    }

    /** The bytes of {@code tokenizer.json}, as they were read. */
    public byte[] json() {
        return json.clone();
    }

    /** Number of ids. */
    public int vocabulary() {
        return vocabulary;
    }

    /** Bytes of the longest entry: n tokens stand for at most n times as many bytes. */
    int longestEntry() {
        return longestEntry;
    }

    /** Ids of a text, never one of a special token; a lone surrogate counts as U+FFFD. */
    public int[] encode(String text) {
        return TokenIds.of(delegate, wellFormed(text));
    }

    /** The text of these ids. */
    public String decode(int[] ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return delegate.decode(wide, false);
    }

    /** The text with U+FFFD for every lone surrogate. */
    static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean paired = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (paired) {
                i++;
            } else if (Character.isSurrogate(c)) {
                if (repaired == null) {
                    repaired = new StringBuilder(text);
                }
                repaired.setCharAt(i, '\uFFFD');
            }
        }
        return repaired == null ? text : repaired.toString();
    }

    @Override
    public void close() {
        delegate.close();
    }
}
