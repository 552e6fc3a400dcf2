package dev.touchstone.benchmarks;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.SpecialToken;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A network and the batches that it learns from.
 *
 * @param model the network
 * @param pairs pairs of a batch; it has twice as many sequences
 * @param tokens tokens of a sequence
 */
record StepShape(BuiltInConfig model, int pairs, int tokens) {

    /** The shape of the record: 4,264,704 parameters, 32 sequences of 256 tokens. */
    static final StepShape STANDARD = new StepShape(new BuiltInConfig(256, 4, 4, 1024, 256, 4096), 16, 256);

    /** Ends in milliseconds; two stretches of queries all the same. */
    static final StepShape TINY = new StepShape(new BuiltInConfig(32, 2, 2, 64, 160, 2048), 2, 160);

    /** How it learns: nothing is drawn, so that every step computes the same. */
    static TrainingConfig training() {
        return TrainingConfig.defaults(1).toBuilder().learningRate(1e-4).build();
    }

    /** Sequences of a batch. */
    int rows() {
        return 2 * pairs;
    }

    /** A batch of random tokens, all sequences of full length. */
    List<EncodedPair> batch(Random random) {
        return batch(random, tokens);
    }

    /** A batch of sequences of one length, which is anything from half to full length. */
    List<EncodedPair> varying(Random random) {
        return batch(random, tokens / 2 + random.nextInt(tokens / 2 + 1));
    }

    private List<EncodedPair> batch(Random random, int longest) {
        return IntStream.range(0, pairs)
                .mapToObj(i -> new EncodedPair(input(random, longest), input(random, longest), 0))
                .toList();
    }

    private EncodedInput input(Random random, int length) {
        int first = SpecialToken.values().length;
        return new EncodedInput(random.ints(length, first, model.vocabulary()).toArray(), false);
    }
}
