package dev.touchstone.quickstart.faults;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.TopicCatalogue.Topic;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe: a thread of its own sends pairs and completions, each with texts of its own, and keeps so much in hand that the
 * service never runs dry. Now and then it sends what must not come through: bytes that are no record, records that break a
 * rule, a completion for the second time, other content under an id that is taken.
 */
final class LoadFeed implements AutoCloseable {
    private static final int NUISANCE_EVERY = 25;
    private static final int REMEMBERED = 50;

    private final FaultPlan plan;
    private final TopicCatalogue topics;
    private final Clock clock;
    private final LongSupplier cameOut;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Serializer<Object> serializer;
    private final SplittableRandom random;
    private final List<Completion> sentLately = new ArrayList<>();
    private final Thread thread;

    private long texts;
    private int nuisances;
    private volatile int pairs;
    private volatile int completions;
    private volatile long expected;
    private volatile boolean ending;
    private volatile boolean closed;
    private volatile @Nullable Exception failure;

    /** @param cameOut how many records have come out so far */
    LoadFeed(FaultPlan plan, KafkaSettings settings, TopicCatalogue topics, Clock clock, LongSupplier cameOut) {
        this.plan = plan;
        this.topics = topics;
        this.clock = clock;
        this.cameOut = cameOut;
        producer = new KafkaProducer<>(settings.byteProducer());
        serializer = settings.valueSerializer();
        random = new SplittableRandom(plan.seed());
        thread = new Thread(this::run, "load-feed");
        thread.setDaemon(true);
        thread.start();
    }

    int pairs() {
        return pairs;
    }

    int completions() {
        return completions;
    }

    /** How many records must come out, as outputs or dead letters, of what was sent so far. */
    long expected() {
        Exception error = failure;
        if (error != null) {
            throw new IllegalStateException("Feeding failed", error);
        }
        return expected;
    }

    /** From now on it sends only what the plan demands at least, and then ends. */
    void end() {
        ending = true;
    }

    /** Whether it has ended, and the brokers have everything. */
    boolean hasEnded() {
        expected();
        return !thread.isAlive();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        producer.close(Duration.ofSeconds(5));
        serializer.close();
    }

    private void run() {
        try {
            long begin = System.nanoTime();
            for (long records = 0; !closed && !(ending && isEnough()); ) {
                boolean inTime = plan.rate() == 0 || records < (System.nanoTime() - begin) / 1e9 * plan.rate();
                // Twice what the service calls at once, and as much again that is on its way through the topics.
                if (inTime && expected - cameOut.getAsLong() < 4L * plan.maxInFlight()) {
                    sendNext(++records);
                } else {
                    Thread.sleep(10);
                }
            }
            producer.flush();
        } catch (InterruptedException e) {
            // close() wants us to end.
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private boolean isEnough() {
        return pairs >= plan.pairs() && completions >= plan.completions();
    }

    private void sendNext(long number) {
        if (number % NUISANCE_EVERY == 0) {
            sendNuisance();
        }
        if ((long) pairs * plan.completions() < (long) completions * plan.pairs() || plan.completions() == 0) {
            pairs++;
            PreferencePair pair = pair(nextText("This is better."), nextText("This is worse."));
            send(topics.pairs(), pair.getPairId(), pair);
        } else {
            completions++;
            Completion completion = completion(id(), nextText("This is an answer."));
            sentLately.add(completion);
            if (sentLately.size() > REMEMBERED) {
                sentLately.remove(0);
            }
            send(topics.completions(), completion.getCompletionId(), completion);
        }
        expected++;
    }

    private void sendNuisance() {
        switch (nuisances++ % 6) {
            case 0 -> {
                sendBytes(topics.pairs());
                expected++;
            }
            case 1 -> {
                sendBytes(topics.completions());
                expected++;
            }
            case 2 -> {
                Completion blank = completion(id(), " ");
                send(topics.completions(), blank.getCompletionId(), blank);
                expected++;
            }
            case 3 -> {
                PreferencePair equal = pair("The same.", "The same.");
                send(topics.pairs(), equal.getPairId(), equal);
                expected++;
            }
            case 4 -> {
                if (!sentLately.isEmpty()) {
                    Completion again = sentLately.get(random.nextInt(sentLately.size()));
                    send(topics.completions(), again.getCompletionId(), again);
                }
            }
            default -> {
                if (!sentLately.isEmpty()) {
                    Completion taken = sentLately.get(random.nextInt(sentLately.size()));
                    Completion other = completion(taken.getCompletionId(), nextText("This came too late."));
                    send(topics.completions(), taken.getCompletionId(), other);
                    expected++;
                }
            }
        }
    }

    private PreferencePair pair(String chosen, String rejected) {
        return PreferencePair.newBuilder()
                .setPairId(id())
                .setPrompt(prompt())
                .setChosen(chosen)
                .setRejected(rejected)
                .setSource("faults")
                .setLabelledAt(now())
                .build();
    }

    private Completion completion(UUID id, String text) {
        return Completion.newBuilder()
                .setCompletionId(id)
                .setPrompt(prompt())
                .setCompletion(text)
                .setSource("faults")
                .setCreatedAt(now())
                .build();
    }

    private static List<Message> prompt() {
        return List.of(new Message("user", "Say something."));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private String nextText(String words) {
        return ScriptedCritic.text(texts++, words);
    }

    private UUID id() {
        return RandomIds.next(random);
    }

    private void send(Topic topic, UUID id, SpecificRecord value) {
        send(topic, id.toString().getBytes(StandardCharsets.UTF_8), serializer.serialize(topic.name(), value));
    }

    private void sendBytes(Topic topic) {
        byte[] key = id().toString().getBytes(StandardCharsets.UTF_8);
        send(topic, key, "This is no record.".getBytes(StandardCharsets.UTF_8));
    }

    private void send(Topic topic, byte[] key, byte[] value) {
        Future<?> unused = producer.send(new ProducerRecord<>(topic.name(), key, value), (metadata, error) -> {
            if (error != null) {
                failure = error;
            }
        });
    }
}
