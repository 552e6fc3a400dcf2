package dev.touchstone.quickstart.faults;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Confined to one thread. Sends pairs with critiques, as the critique stream would, and now and then what a trainer must pass
 * over or take again: bytes that are no record, a pair that breaks a rule, a tie, a pair for the second time.
 */
final class PairFeed implements AutoCloseable {
    private static final int NUISANCE_EVERY = 20;
    private static final int OPERANDS = 50;
    private static final int WORDS = 12;

    private final Feed feed;
    private final boolean withNuisances;
    private final Clock clock;
    private final SplittableRandom random;
    private @Nullable CritiquedPair last;
    private int nuisances;

    /**
     * @param seed of the texts, and so of everything that is sent but the times
     * @param withNuisances whether there is anything but good pairs
     */
    PairFeed(KafkaSettings settings, TopicCatalogue topics, long seed, boolean withNuisances, Clock clock) {
        feed = new Feed(settings, topics.critiquedPairs().name());
        this.withNuisances = withNuisances;
        this.clock = clock;
        random = new SplittableRandom(seed);
    }

    /** Records sent so far. */
    long sent() {
        return feed.sent();
    }

    /** Sends until there are so many records in all, and waits until the brokers have them. */
    void fillTo(long records) {
        feed.fillTo(records, number -> {
            if (withNuisances && number % NUISANCE_EVERY == 0) {
                sendNuisance(number);
            } else {
                send(next(number, Preference.CHOSEN));
            }
        });
    }

    @Override
    public void close() {
        feed.close();
    }

    private void sendNuisance(long number) {
        switch (nuisances++ % 4) {
            case 0 -> feed.send(RandomIds.next(random), "This is no record.".getBytes(StandardCharsets.UTF_8));
            case 1 -> send(next(number, Preference.TIE));
            case 2 -> send(withoutDifference(next(number, Preference.CHOSEN)));
            default -> send(last == null ? next(number, Preference.CHOSEN) : last);
        }
    }

    private static CritiquedPair withoutDifference(CritiquedPair pair) {
        return CritiquedPair.newBuilder(pair)
                .setPair(PreferencePair.newBuilder(pair.getPair())
                        .setRejected(pair.getPair().getChosen())
                        .build())
                .build();
    }

    private CritiquedPair next(long number, Preference preference) {
        int one = random.nextInt(OPERANDS);
        int other = random.nextInt(OPERANDS);
        String question = "Question " + number + ": what is " + one + " and " + other + "? " + words();
        PreferencePair pair = PreferencePair.newBuilder()
                .setPairId(RandomIds.next(random))
                .setPrompt(List.of(new Message("user", question)))
                .setChosen("It is " + (one + other) + ". " + words())
                .setRejected("It is " + (one + other + 1 + random.nextInt(9)) + ". " + words())
                .setPreference(preference)
                .setSource(random.nextInt(3) == 0 ? "rare" : "common")
                .setLabelledAt(now())
                .build();
        return CritiquedPair.newBuilder()
                .setPair(pair)
                .setChosenCritiques(List.of(critique("The sum is right.")))
                .setRejectedCritiques(List.of(critique("The sum is wrong.")))
                .build();
    }

    private Critique critique(String text) {
        return Critique.newBuilder()
                .setText(text + " " + words())
                .setCriticModel("fake")
                .setPromptVersion("critique-v1")
                .setCreatedAt(now())
                .build();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private String words() {
        List<String> words = new ArrayList<>();
        for (int left = random.nextInt(1, WORDS); left > 0; left--) {
            words.add(Integer.toString(random.nextInt(1 << 20), Character.MAX_RADIX));
        }
        return String.join(" ", words);
    }

    private void send(CritiquedPair pair) {
        last = pair;
        feed.send(pair.getPair().getPairId(), pair);
    }
}
