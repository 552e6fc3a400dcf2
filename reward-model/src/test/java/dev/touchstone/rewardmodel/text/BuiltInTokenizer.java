package dev.touchstone.rewardmodel.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Makes the jar's tokenizer.json from corpus.txt. Run {@code main} in the module's folder after changing either. */
final class BuiltInTokenizer {

    static final int VOCABULARY = 2048;

    private BuiltInTokenizer() {}

    static byte[] train() throws IOException {
        try (InputStream in = BuiltInTokenizer.class.getResourceAsStream("/dev/touchstone/rewardmodel/corpus.txt")) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            // Twice, for in a corpus chosen by hand a word that stands there once deserves its merges too.
            return BpeTrainer.train(
                    Stream.concat(lines.stream(), lines.stream()).toList(), VOCABULARY);
        }
    }

    public static void main(String[] args) throws IOException {
        Files.write(Path.of("src/main/resources/dev/touchstone/rewardmodel/tokenizer.json"), train());
    }
}
