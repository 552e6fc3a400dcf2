package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.rewardmodel.Turn;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Made-up rows of every format. */
final class Samples {
    private Samples() {}

    static String gsm8k(int rows) {
        return lines(rows, i -> """
                {"question": "What is %1$d and %1$d?", "ground_truth": "%1$d + %1$d = %2$d\\nA: %2$d", \
                "a": {"is_correct": true, "solution": "Twice %1$d is %2$d\\nA: %2$d"}, \
                "b": {"is_correct": false, "solution": "It is %1$d\\nA: %1$d"}, \
                "c": {"is_correct": false, "solution": "It is more\\nA: %3$d"}}""".formatted(i + 1, 2 * i + 2, 2 * i + 3));
    }

    /** The first prompt is longer than any model here reads. */
    static String llmBar(int rows) {
        return IntStream.range(0, rows)
                .mapToObj(i -> """
                {"input": "%s", "output_1": "One", "output_2": "It is %d", "label": %d}""".formatted(("Name number " + i + ". ").repeat(i == 0 ? 200 : 1), i, 1 + i % 2))
                .collect(Collectors.joining(",", "[", "]"));
    }

    static String pairs(int rows, boolean critiques) {
        return lines(rows, i -> """
                {"prompt": "Say %1$d.", "chosen": "It is %1$d.", "rejected": "No."%2$s}""".formatted(i, critiques ? """
                , "chosenCritique": "It does so.", "rejectedCritique": "It does not."\
                """ : ""));
    }

    static List<OwnPair> list(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> new OwnPair(
                        List.of(new Turn("user", "What is " + i / 2 + "?")),
                        "It is so.\nA: " + i / 2,
                        "It is otherwise " + i + ".\nA: -1",
                        null,
                        Integer.toString(i / 2)))
                .toList();
    }

    private static String lines(int rows, IntFunction<String> row) {
        return IntStream.range(0, rows).mapToObj(row).collect(Collectors.joining("\n"));
    }
}
