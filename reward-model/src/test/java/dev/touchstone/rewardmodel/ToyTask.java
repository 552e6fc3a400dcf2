package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Pairs that a single word of the completion tells apart, and a small built-in model to learn them. */
public final class ToyTask {

    private static final List<String> WORDS = List.of("river", "lamp", "stone", "bread", "paper", "music");

    /** What all inputs are made of. */
    static final List<String> TEXTS = List.of(
            " Use the word river. Use the word lamp. Use the word stone.",
            " Use the word bread. Use the word paper. Use the word music.",
            " The good river and the lamp. The bad river and the lamp.",
            " The good stone and the bread. The bad stone and the bread.",
            " The good paper and the music. The bad paper and the music.",
            " Fine. Fine. Fine. [user] [assistant] Critique:");

    private ToyTask() {}

    /** So many pairs, a function of format and seed. */
    public static List<EncodedPair> pairs(InputFormat format, int count, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    String word = WORDS.get(random.nextInt(WORDS.size()));
                    List<Turn> prompt = List.of(new Turn("user", "Use the word " + word + "."));
                    String rest = " and the " + WORDS.get(random.nextInt(WORDS.size())) + ".".repeat(random.nextInt(3));
                    return format.encode(new TrainingPair(
                            new RewardInput(prompt, "The good " + word + rest, "Fine."),
                            new RewardInput(prompt, "The bad " + word + rest, "Fine."),
                            0));
                })
                .toList();
    }

    /** Steps by number: each has a batch of eight of its own. */
    public static List<StepResult> steps(RewardModelTrainer trainer, int from, int to) {
        List<StepResult> results = new ArrayList<>();
        for (int i = from; i < to; i++) {
            results.add(trainer.step(pairs(trainer.format(), 8, 100 + i)));
        }
        return results;
    }

    /** Share of the pairs whose chosen side scores more. */
    static double accuracy(Function<List<EncodedInput>, double[]> scorer, List<EncodedPair> pairs) {
        double[] chosen = scorer.apply(pairs.stream().map(EncodedPair::chosen).toList());
        double[] rejected =
                scorer.apply(pairs.stream().map(EncodedPair::rejected).toList());
        return IntStream.range(0, pairs.size())
                        .filter(i -> chosen[i] > rejected[i])
                        .count()
                / (double) pairs.size();
    }

    /** A small built-in model. */
    public static RewardModelTrainer builtIn(TrainingConfig config, int rewardHeads, Compute compute) {
        try (Tokenizer tokenizer = Tokenizer.builtIn()) {
            return RewardModelTrainer.create(
                    new BuiltInConfig(32, 2, 2, 64, 96, tokenizer.vocabulary(), rewardHeads),
                    config,
                    tokenizer,
                    compute);
        }
    }

    /** The same with defaults. */
    public static RewardModelTrainer builtIn(long seed) {
        return builtIn(TrainingConfig.defaults(seed), 1, Compute.cpu());
    }
}
