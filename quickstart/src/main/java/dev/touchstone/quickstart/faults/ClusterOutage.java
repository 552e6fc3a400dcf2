package dev.touchstone.quickstart.faults;

import dev.touchstone.quickstart.stack.KillablePart;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Confined to one thread. A part of the cluster is stopped with {@code SIGSTOP}, so that whoever asks it gets no answer, not
 * even a refusal; meanwhile the scorers are asked over HTTP.
 */
final class ClusterOutage {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final byte[] QUESTION = ("{\"items\":[{\"prompt\":\"What is 2 plus 2?\",\"completion\":\"It is 4.\","
                    + "\"critique\":\"The sum is right.\"}]}")
            .getBytes(StandardCharsets.UTF_8);

    private final Bed bed;
    private final List<KillablePart> scorers;
    private final LongSupplier rewards;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_LIMIT)
            .build();
    private int asked;
    private int answered;

    /**
     * What was seen.
     *
     * @param part what was away
     * @param seconds how long
     * @param asked requests to the scorers meanwhile
     * @param answered those that got a logit
     * @param rewards what came out of the topic meanwhile
     * @param secondsToReward from its return until a reward came out of the topic; negative if none did in time
     */
    record Seen(String part, double seconds, int asked, int answered, long rewards, double secondsToReward) {}

    /** @param rewards how many have come out of the topic so far */
    ClusterOutage(Bed bed, List<KillablePart> scorers, LongSupplier rewards) {
        this.bed = bed;
        this.scorers = scorers;
        this.rewards = rewards;
    }

    /**
     * Does it.
     *
     * @param name of the part in lines for the user
     * @param meanwhile is done again and again while it is away; must not need the part
     * @param after is done again and again when it is back
     */
    Seen of(String name, KillablePart part, Duration time, Runnable meanwhile, Runnable after)
            throws InterruptedException {
        bed.say("The " + name + " is stopped for " + time.toMillis() / 1e3 + " s; the scorers are asked over HTTP.");
        asked = 0;
        answered = 0;
        long before = rewards.getAsLong();
        long begin = System.nanoTime();
        part.pause();
        try {
            bed.pass(time, () -> {
                meanwhile.run();
                scorers.forEach(this::ask);
            });
        } finally {
            part.resume();
        }
        long backAt = System.nanoTime();
        long then = rewards.getAsLong();
        boolean goesOn = bed.until(LIMIT, () -> {
            after.run();
            return rewards.getAsLong() > then;
        });
        double seconds = (System.nanoTime() - backAt) / 1e9;
        bed.say("The " + name + " is back: of " + asked + " requests " + answered + " got a reward meanwhile, and "
                + (then - before) + " records came out of the topic"
                + (goesOn
                        ? "; the next one came after " + FaultReport.rounded(seconds) + " s."
                        : "; none came since."));
        return new Seen(name, (backAt - begin) / 1e9, asked, answered, then - before, goesOn ? seconds : -1);
    }

    private void ask(KillablePart scorer) {
        HttpRequest request = HttpRequest.newBuilder(scorer.address().resolve("/v1/rewards"))
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(QUESTION))
                .build();
        asked++;
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            answered += response.statusCode() == 200
                            && response.body().contains("\"logit\":")
                            && !response.body().contains("\"logit\":null")
                    ? 1
                    : 0;
        } catch (IOException e) {
            bed.say("A scorer does not answer over HTTP: " + e + ".");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
