package dev.touchstone.rewardmodel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;

/**
 * A stream of pairs whose preference a model can learn from rubric-style critiques: each prompt asks for a sum and some
 * further things, each completion meets some of them, and a hidden utility that weighs them decides the label.
 */
final class CritiquedTask {

    /**
     * A pair with its clean utility gap.
     *
     * @param pair the labelled pair
     * @param flipped whether the label contradicts the utilities
     */
    record Sample(TrainingPair pair, boolean flipped) {}

    private record Aspect(String request, double weight, List<String> good, List<String> bad) {}

    private static final List<String> WORDS = List.of(
            "river",
            "garden",
            "lamp",
            "stone",
            "bridge",
            "paper",
            "music",
            "bread",
            "window",
            "mountain",
            "candle",
            "forest",
            "ladder",
            "tractor",
            "helmet",
            "island",
            "guitar",
            "pencil",
            "castle",
            "meadow");

    private static final List<String> FILLERS = List.of(
            "Numbers like these are common.",
            "You can check it on paper.",
            "It goes quickly once begun.",
            "Start with the larger number.",
            "There are other ways to see it.",
            "The rest is easy.",
            "I went through it slowly.",
            "Most people do this in their head.");

    private final Random random;
    private final double flipRate;

    CritiquedTask(long seed, double flipRate) {
        this.random = new Random(seed);
        this.flipRate = flipRate;
    }

    /** So many pairs. */
    List<Sample> take(int count) {
        List<Sample> samples = new ArrayList<>();
        while (samples.size() < count) {
            samples.add(next());
        }
        return samples;
    }

    private Sample next() {
        int a = 2 + random.nextInt(60);
        int b = 2 + random.nextInt(39);
        String word = pick(WORDS);
        List<Aspect> aspects = aspects(a, b, word);
        List<Aspect> asked = new ArrayList<>(aspects.subList(1, aspects.size()));
        Collections.shuffle(asked, random);
        asked = new ArrayList<>(asked.subList(0, 1 + random.nextInt(3)));
        asked.add(aspects.get(0));
        Collections.shuffle(asked, random);
        StringJoiner prompt = new StringJoiner(" ");
        asked.forEach(aspect -> prompt.add(aspect.request()));
        while (true) {
            Side left = side(prompt.toString(), asked, a + b, word);
            Side right = side(prompt.toString(), asked, a + b, word);
            if (Math.abs(left.utility() - right.utility()) > 0.3) {
                boolean flipped = random.nextDouble() < flipRate;
                boolean leftWins = (left.utility() > right.utility()) != flipped;
                RewardInput chosen = leftWins ? left.input() : right.input();
                RewardInput rejected = leftWins ? right.input() : left.input();
                return new Sample(new TrainingPair(chosen, rejected, 0), flipped);
            }
        }
    }

    private record Side(RewardInput input, double utility) {}

    private Side side(String prompt, List<Aspect> asked, int sum, String word) {
        double utility = 0.2 * random.nextGaussian();
        List<String> completion = new ArrayList<>();
        List<String> critique = new ArrayList<>();
        for (Aspect aspect : asked) {
            boolean met = random.nextDouble() < 0.6;
            utility += met ? aspect.weight() : 0;
            critique.add(pick(met ? aspect.good() : aspect.bad()));
            switch (aspect.request().charAt(0)) {
                case 'A' -> completion.add("The answer is " + (met ? sum : sum + 1 + random.nextInt(9)) + ".");
                case 'I' -> completion.add(met ? "Think of a " + word + " here." : pick(FILLERS));
                case 'B' -> completion.add(met ? "Thank you for asking." : "What a stupid question.");
                case 'E' -> completion.add(met ? "Is that clear?" : "There it is.");
                default -> completion.add(met ? "Short it is." : pick(FILLERS) + " " + pick(FILLERS));
            }
        }
        while (random.nextBoolean()) {
            completion.add(pick(FILLERS));
        }
        Collections.shuffle(critique, random);
        RewardInput input = new RewardInput(
                List.of(new Turn("user", prompt)), String.join(" ", completion), String.join(" ", critique));
        return new Side(input, utility);
    }

    private static List<Aspect> aspects(int a, int b, String word) {
        int sum = a + b;
        return List.of(
                new Aspect(
                        "Add " + a + " and " + b + ".",
                        3,
                        List.of(
                                "The sum is right.",
                                "The result " + sum + " is correct.",
                                "It gets " + a + " plus " + b + " right.",
                                "The arithmetic holds."),
                        List.of(
                                "The sum is wrong.",
                                "The result is not correct, it should be " + sum + ".",
                                "It gets " + a + " plus " + b + " wrong.",
                                "The arithmetic is off.")),
                new Aspect(
                        "Include the word " + word + ".",
                        2,
                        List.of(
                                "It uses " + word + " as told.",
                                "It includes the word " + word + ".",
                                "The word is there."),
                        List.of(
                                "It misses the required word.",
                                "The word " + word + " is missing.",
                                "It never uses " + word + ".")),
                new Aspect(
                        "Be polite.",
                        1.5,
                        List.of("The tone is polite.", "It sounds kind, as it should.", "Its manner is nicely polite."),
                        List.of("The tone is rude.", "It sounds rude, not polite.", "Its manner is unkind.")),
                new Aspect(
                        "End with a question.",
                        1.5,
                        List.of("It ends with a question as told.", "The closing question is there."),
                        List.of("It fails to end with a question.", "The closing question is missing.")),
                new Aspect(
                        "Use at most 20 words.",
                        1,
                        List.of("The length is fine.", "It stays within the limit."),
                        List.of("It is too long.", "It goes over the limit.")));
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
