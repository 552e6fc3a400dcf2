package dev.touchstone.rewardmodel.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Learns a byte-level BPE from a corpus and writes it as a Hugging Face {@code tokenizer.json}. The most frequent
 * neighbours are merged first (Sennrich et al., arXiv 1508.07909); equal counts are ordered by their text, so the same
 * corpus gives the same file. Meant for corpora of up to some megabytes.
 */
public final class BpeTrainer {

    /** Words with their leading blank, numbers, runs of signs, runs of white space: the split of a ByteLevel pre-tokenizer. */
    private static final Pattern PIECES = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final ObjectMapper JSON = new ObjectMapper();

    private BpeTrainer() {}

    private record Pair(String left, String right) {}

    private record Word(List<String> parts, int count) {}

    /**
     * Trains a tokenizer.
     *
     * @param corpus texts to learn from
     * @param vocabulary number of entries wanted, special tokens and the 256 bytes included; there are fewer when the
     *     corpus has no pair left that occurs twice
     * @return the bytes of {@code tokenizer.json}
     */
    public static byte[] train(Iterable<String> corpus, int vocabulary) {
        LinkedHashSet<String> entries = new LinkedHashSet<>();
        for (SpecialToken special : SpecialToken.values()) {
            entries.add(special.token());
        }
        for (int b = 0; b < 256; b++) {
            entries.add(String.valueOf(letter(b)));
        }
        if (vocabulary < entries.size()) {
            throw new IllegalArgumentException("A vocabulary needs at least " + entries.size() + " entries.");
        }
        List<Word> words = words(corpus);
        List<Pair> merges = new ArrayList<>();
        while (entries.size() < vocabulary) {
            Pair best = mostFrequent(words);
            if (best == null) {
                break;
            }
            merges.add(best);
            entries.add(best.left() + best.right());
            words.forEach(word -> merge(word.parts(), best));
        }
        return write(entries, merges);
    }

    private static List<Word> words(Iterable<String> corpus) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String text : corpus) {
            Matcher matcher = PIECES.matcher(text);
            while (matcher.find()) {
                counts.merge(matcher.group(), 1, Integer::sum);
            }
        }
        List<Word> words = new ArrayList<>();
        counts.forEach((piece, count) -> {
            List<String> parts = new ArrayList<>();
            for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
                parts.add(String.valueOf(letter(b & 0xff)));
            }
            words.add(new Word(parts, count));
        });
        return words;
    }

    private static @Nullable Pair mostFrequent(List<Word> words) {
        Map<Pair, Integer> counts = new HashMap<>();
        for (Word word : words) {
            for (int i = 0; i + 1 < word.parts().size(); i++) {
                Pair pair = new Pair(word.parts().get(i), word.parts().get(i + 1));
                counts.merge(pair, word.count(), Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .max(Map.Entry.<Pair, Integer>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(
                                Comparator.comparing(Pair::left).thenComparing(Pair::right))))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private static void merge(List<String> parts, Pair pair) {
        for (int i = 0; i + 1 < parts.size(); i++) {
            if (parts.get(i).equals(pair.left()) && parts.get(i + 1).equals(pair.right())) {
                parts.set(i, pair.left() + pair.right());
                parts.remove(i + 1);
            }
        }
    }

    /** The printable letter that stands for a byte in a ByteLevel vocabulary; a blank is never one of them. */
    private static char letter(int b) {
        return PRINTABLE[b];
    }

    private static final char[] PRINTABLE = printable();

    private static char[] printable() {
        char[] letters = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean visible = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            letters[b] = (char) (visible ? b : next++);
        }
        return letters;
    }

    private static byte[] write(Set<String> entries, List<Pair> merges) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        root.putArray("added_tokens");
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        root.putNull("post_processor");
        byteLevel(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout").putNull("unk_token");
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocab = model.putObject("vocab");
        entries.forEach(entry -> vocab.put(entry, vocab.size()));
        ArrayNode rows = model.putArray("merges");
        merges.forEach(pair -> rows.addArray().add(pair.left()).add(pair.right()));
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tokenizer could not be written as JSON.", e);
        }
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel").put("add_prefix_space", false);
        node.put("trim_offsets", true).put("use_regex", true);
    }
}
