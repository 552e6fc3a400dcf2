package dev.touchstone.quickstart.faults;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.Message;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Confined to one thread. Sends completions with critiques, as the critique stream would, and now and then one without, one
 * that breaks a rule, one that is too long, or bytes that are no record. Of each exactly one record must come out.
 */
final class CompletionFeed implements AutoCloseable {
    private static final int NUISANCE_EVERY = 10;
    private static final int TOO_LONG = 20_000;

    private final Feed feed;
    private final Clock clock;
    private final SplittableRandom random;
    private int nuisances;

    /** @param seed of everything that is sent but the times */
    CompletionFeed(KafkaSettings settings, TopicCatalogue topics, long seed, Clock clock) {
        feed = new Feed(settings, topics.critiquedCompletions().name());
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
            if (number % NUISANCE_EVERY == 0) {
                sendNuisance(number);
            } else {
                send(completion("It is " + random.nextInt(100) + ".", number), CritiqueStatus.CRITIQUED);
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
            case 1 -> send(completion(" ", number), CritiqueStatus.CRITIQUED);
            case 2 -> send(completion("word ".repeat(TOO_LONG), number), CritiqueStatus.CRITIQUED);
            default -> send(completion("It is nothing.", number), CritiqueStatus.REFUSED);
        }
    }

    private Completion completion(String text, long number) {
        return Completion.newBuilder()
                .setCompletionId(RandomIds.next(random))
                .setPrompt(List.of(new Message("user", "Question " + number + ": what is it?")))
                .setCompletion(text)
                .setPolicyVersion("policy-1")
                .setGroupId(Long.toString(number / 4))
                .setSource("faults")
                .setCreatedAt(now())
                .setAttributes(Map.of("number", Long.toString(number)))
                .build();
    }

    private void send(Completion completion, CritiqueStatus status) {
        boolean critiqued = status == CritiqueStatus.CRITIQUED;
        Critique critique = Critique.newBuilder()
                .setText("It says something. " + random.nextInt(1_000))
                .setCriticModel("fake")
                .setPromptVersion("critique-v1")
                .setCreatedAt(now())
                .build();
        CritiquedCompletion value = CritiquedCompletion.newBuilder()
                .setCompletion(completion)
                .setCritiques(critiqued ? List.of(critique) : List.of())
                .setCritiqueStatus(status)
                .setCritiqueReason(critiqued ? null : "The critic refused.")
                .build();
        feed.send(completion.getCompletionId(), value);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
