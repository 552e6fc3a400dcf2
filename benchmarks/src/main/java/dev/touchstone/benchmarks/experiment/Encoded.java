package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A set of pairs as a model reads it.
 *
 * @param chosen the better sides
 * @param rejected the others; several for each of the better ones, side by side, in a test with more than two completions
 */
public record Encoded(List<EncodedInput> chosen, List<EncodedInput> rejected) {
    /** Better sides. */
    public int size() {
        return chosen.size();
    }

    /** The first of them. */
    public Encoded first(int most) {
        int number = Math.min(most, size());
        return new Encoded(chosen.subList(0, number), rejected.subList(0, number));
    }

    /** As a test in which one better side meets the rejected sides of so many pairs that follow each other. */
    Encoded rivals(int each) {
        return new Encoded(
                IntStream.range(0, size() / each)
                        .mapToObj(i -> chosen.get(i * each))
                        .toList(),
                rejected);
    }
}
