package dev.touchstone.trainer;

import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.AspectVerdict;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Made-up pairs whose better side is told by its critique. */
public final class Pairs {
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");

    private Pairs() {}

    /** So many pairs; each tenth is a tie. */
    public static List<CritiquedPair> some(int count, long seed) {
        Random random = new Random(seed);
        List<CritiquedPair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int a = random.nextInt(50);
            int b = random.nextInt(50);
            List<Message> prompt = List.of(new Message("user", "Add " + a + " and " + b + ". Question " + i + "."));
            Preference preference = i % 10 == 9 ? Preference.TIE : Preference.CHOSEN;
            pairs.add(pair(prompt, "It is " + (a + b) + ".", "It is " + (a + b + 1 + i % 3) + ".", preference));
        }
        return pairs;
    }

    /** The same with every label turned round: what learns from them is sure to be worse than what learns from the others. */
    public static List<CritiquedPair> wrong(int count, long seed) {
        return some(count, seed).stream().map(Pairs::turnedRound).toList();
    }

    private static CritiquedPair turnedRound(CritiquedPair pair) {
        return CritiquedPair.newBuilder(pair)
                .setPair(PreferencePair.newBuilder(pair.getPair())
                        .setChosen(pair.getPair().getRejected())
                        .setRejected(pair.getPair().getChosen())
                        .build())
                .setChosenCritiques(pair.getRejectedCritiques())
                .setRejectedCritiques(pair.getChosenCritiques())
                .build();
    }

    /** One pair. */
    public static CritiquedPair pair(List<Message> prompt, String chosen, String rejected, Preference preference) {
        PreferencePair pair = PreferencePair.newBuilder()
                .setPairId(Ids.ofPair(prompt, chosen, rejected))
                .setPrompt(prompt)
                .setChosen(chosen)
                .setRejected(rejected)
                .setPreference(preference)
                .setSource("test")
                .setLabelledAt(WHEN)
                .build();
        return CritiquedPair.newBuilder()
                .setPair(pair)
                .setChosenCritiques(List.of(critique("The sum is right.")))
                .setRejectedCritiques(List.of(critique("The answer is wrong.")))
                .build();
    }

    private static Critique critique(String text) {
        return new Critique(text, List.<AspectVerdict>of(), "rubric", "v1", Map.of(), 0, WHEN, null, null, null);
    }
}
