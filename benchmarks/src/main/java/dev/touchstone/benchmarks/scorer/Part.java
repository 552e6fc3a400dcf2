package dev.touchstone.benchmarks.scorer;

/** What can be measured of the scorer alone. */
public enum Part {
    /** From topic to topic. */
    TOPIC,
    /** Models exchanged under load. */
    SWAPS,
    /** From the start of the process until it is ready. */
    START
}
