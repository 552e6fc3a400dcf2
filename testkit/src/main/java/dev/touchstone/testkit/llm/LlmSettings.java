package dev.touchstone.testkit.llm;

import java.math.BigDecimal;

/**
 * How a fake LLM is started.
 *
 * @param port port on loopback, 0 for a free one
 * @param inputPrice money per million tokens of prompts, 0 or more
 * @param outputPrice money per million tokens of answers, 0 or more
 * @param keptBodies of how many calls, the newest, the log keeps the bodies, 0 or more
 */
public record LlmSettings(int port, BigDecimal inputPrice, BigDecimal outputPrice, int keptBodies) {
    /** A free port, no prices, 10,000 bodies. */
    public static final LlmSettings DEFAULTS = new LlmSettings(0, BigDecimal.ZERO, BigDecimal.ZERO, 10_000);

    /** @throws IllegalArgumentException if a value is out of its range */
    public LlmSettings {
        FakeLlm.require(port >= 0 && port <= 65_535, "port is not between 0 and 65535");
        FakeLlm.require(inputPrice.signum() >= 0 && outputPrice.signum() >= 0, "a price is negative");
        FakeLlm.require(keptBodies >= 0, "keptBodies is negative");
    }

    /** The same with prices per million tokens, given as decimal numbers such as {@code 0.15}. */
    public LlmSettings withPrices(String input, String output) {
        return new LlmSettings(port, new BigDecimal(input), new BigDecimal(output), keptBodies);
    }

    /** The same with another port. */
    public LlmSettings withPort(int other) {
        return new LlmSettings(other, inputPrice, outputPrice, keptBodies);
    }

    /** The same with another number of bodies. */
    public LlmSettings withKeptBodies(int other) {
        return new LlmSettings(port, inputPrice, outputPrice, other);
    }
}
