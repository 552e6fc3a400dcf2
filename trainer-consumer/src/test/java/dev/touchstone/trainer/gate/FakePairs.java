package dev.touchstone.trainer.gate;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.trainer.learn.HeldOutPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Held-out pairs whose better side says "good", and contenders that are right about a share of them. */
final class FakePairs {
    static final String GOOD = "It is right.";
    static final String BAD = "It is wrong.";
    private static final EncodedInput NOTHING = new EncodedInput(new int[] {1}, false);

    private FakePairs() {}

    /**
     * Pairs that are all different.
     *
     * @param longer share whose better side is the longer one; half of the rest is about as long, half is hard
     */
    static List<HeldOutPair> some(int count, long seed, double longer) {
        Random random = new Random(seed);
        List<HeldOutPair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = 40 + random.nextInt(20);
            double kind = random.nextDouble();
            int other = kind < longer ? length - 20 : kind < longer + (1 - longer) / 2 ? length : length + 20;
            List<Turn> prompt = List.of(new Turn("user", "Question " + seed + "." + i));
            pairs.add(new HeldOutPair(
                    new TrainingPair(
                            new RewardInput(prompt, text("good", length), GOOD),
                            new RewardInput(prompt, text("bad", other), BAD),
                            0),
                    new EncodedPair(NOTHING, NOTHING, 0),
                    i % 2 == 0 ? "even" : "odd"));
        }
        return pairs;
    }

    private static String text(String quality, int length) {
        return quality + "x".repeat(length - quality.length());
    }

    static boolean good(RewardInput input) {
        return input.completion().startsWith("good");
    }

    /** Whether a contender of this accuracy is right about the pair of this text; two salts are right about other pairs. */
    static boolean knows(RewardInput input, double accuracy, long salt) {
        String question = input.prompt().get(0).content();
        return new SplittableRandom(question.hashCode() * 31L + salt * 7_919).nextDouble() < accuracy;
    }

    /** Right about a share of the pairs, with probabilities that say so; a colon is bad. */
    static double skilled(RewardInput input, double accuracy, long salt) {
        if (input.completion().equals(":")) {
            return -5;
        }
        double half = Math.log(accuracy / (1 - accuracy)) / 2;
        return good(input) == knows(input, accuracy, salt) ? half : -half;
    }

    static Contender skilled(double accuracy, long salt) {
        return of(input -> skilled(input, accuracy, salt));
    }

    static Contender of(ToDoubleFunction<RewardInput> reward) {
        return inputs -> inputs.stream().mapToDouble(reward).toArray();
    }
}
