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
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Confined to one thread. Sends pairs with critiques, as the critique stream would, and now and then what a trainer must pass
 * over or take again: bytes that are no record, a pair that breaks a rule, a tie, a pair for the second time.
 */
final class PairFeed implements AutoCloseable {
    private static final int NUISANCE_EVERY = 20;
    private static final int OPERANDS = 50;
    private static final int WORDS = 12;

    private final String topic;
    private final Clock clock;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Serializer<Object> serializer;
    private final SplittableRandom random;
    private @Nullable CritiquedPair last;
    private volatile @Nullable Exception failure;
    private long sent;
    private int nuisances;

    /** @param seed of the texts, and so of everything that is sent but the times */
    PairFeed(KafkaSettings settings, TopicCatalogue topics, long seed, Clock clock) {
        this.topic = topics.critiquedPairs().name();
        this.clock = clock;
        producer = new KafkaProducer<>(settings.byteProducer());
        serializer = settings.valueSerializer();
        random = new SplittableRandom(seed);
    }

    /** Records sent so far. */
    long sent() {
        return sent;
    }

    /**
     * Sends until there are so many records in all, and waits until the brokers have them.
     *
     * @throws KafkaException if a broker refuses one
     */
    void fillTo(long records) {
        boolean some = sent < records;
        while (sent < records) {
            sent++;
            if (sent % NUISANCE_EVERY == 0) {
                sendNuisance();
            } else {
                send(next(Preference.CHOSEN));
            }
        }
        if (some) {
            producer.flush();
        }
        Exception error = failure;
        if (error != null) {
            throw new KafkaException("Feeding failed", error);
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    private void sendNuisance() {
        switch (nuisances++ % 4) {
            case 0 -> send(id(), "This is no record.".getBytes(StandardCharsets.UTF_8));
            case 1 -> send(next(Preference.TIE));
            case 2 -> send(withoutDifference(next(Preference.CHOSEN)));
            default -> send(last == null ? next(Preference.CHOSEN) : last);
        }
    }

    private static CritiquedPair withoutDifference(CritiquedPair pair) {
        return CritiquedPair.newBuilder(pair)
                .setPair(PreferencePair.newBuilder(pair.getPair())
                        .setRejected(pair.getPair().getChosen())
                        .build())
                .build();
    }

    private CritiquedPair next(Preference preference) {
        int one = random.nextInt(OPERANDS);
        int other = random.nextInt(OPERANDS);
        String question = "Question " + sent + ": what is " + one + " and " + other + "? " + words();
        PreferencePair pair = PreferencePair.newBuilder()
                .setPairId(id())
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

    private UUID id() {
        return RandomIds.next(random);
    }

    private void send(CritiquedPair pair) {
        last = pair;
        send(pair.getPair().getPairId(), serializer.serialize(topic, pair));
    }

    private void send(UUID key, byte[] value) {
        byte[] keyBytes = key.toString().getBytes(StandardCharsets.UTF_8);
        Future<?> unused = producer.send(new ProducerRecord<>(topic, keyBytes, value), (metadata, error) -> {
            if (error != null) {
                failure = error;
            }
        });
    }
}
