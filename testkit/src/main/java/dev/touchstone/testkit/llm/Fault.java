package dev.touchstone.testkit.llm;

import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/** What can go wrong with a call by chance. */
public enum Fault {
    /** A burst of statuses from 500, 502, 503 and 504, one status per burst. */
    SERVER_ERRORS((answer, random) -> {
        int[] statuses = {500, 502, 503, 504};
        return FakeLlm.error(statuses[random.nextInt(statuses.length)], "server_error", "The server had an error.");
    }),
    /** 429 that does not say how long to wait. */
    TOO_MANY_REQUESTS((answer, random) -> tooMany()),
    /** 429 with Retry-After, one second. */
    TOO_MANY_REQUESTS_WAIT((answer, random) ->
            new Behaviour.Status(429, Map.of("Retry-After", "1"), tooMany().body())),
    /** Never an answer. */
    HANG((answer, random) -> new Behaviour.Hang()),
    /** The answer comes, 16 bytes every 50 ms. */
    SLOW_BODY((answer, random) -> new Behaviour.Slow(content(answer), 16, Duration.ofMillis(50))),
    /** The connection is reset before the answer. */
    RESET((answer, random) -> new Behaviour.Reset()),
    /** The connection is reset within the first bytes of the answer, anywhere. */
    RESET_MID_BODY((answer, random) -> new Behaviour.ResetMidBody(content(answer), random.nextInt(200))),
    /** 200 with JSON that breaks off. */
    WRONG_JSON((answer, random) ->
            new Behaviour.Raw("application/json", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assist")),
    /** 200 with the page of a proxy. */
    WRONG_CONTENT_TYPE((answer, random) -> new Behaviour.Raw("text/html", "<html><body>Please wait</body></html>")),
    /** The model refuses to answer. */
    REFUSAL((answer, random) -> new Behaviour.Refusal("I cannot help with that.")),
    /** The answer is stopped by a filter. */
    CONTENT_FILTER((answer, random) -> new Behaviour.CutShort("", "content_filter")),
    /** An answer of ten megabytes. */
    HUGE_ANSWER((answer, random) -> new Behaviour.Huge(10_000_000));

    private final BiFunction<Behaviour, SplittableRandom, Behaviour> behaviour;

    Fault(BiFunction<Behaviour, SplittableRandom, Behaviour> behaviour) {
        this.behaviour = behaviour;
    }

    Behaviour insteadOf(Behaviour answer, SplittableRandom random) {
        return behaviour.apply(answer, random);
    }

    private static Behaviour.Status tooMany() {
        return FakeLlm.error(429, "rate_limit_exceeded", "Rate limit reached.");
    }

    private static String content(Behaviour behaviour) {
        return behaviour instanceof Behaviour.Answer answer ? answer.content() : "";
    }
}
