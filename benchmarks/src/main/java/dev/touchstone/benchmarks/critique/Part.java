package dev.touchstone.benchmarks.critique;

/** What can be measured, each for itself. */
public enum Part {
    /** How full the stage keeps its slots. */
    STAGE,
    /** The same work by other ways; their ratios need the stage too. */
    OTHERS,
    /** Memory of calls in flight. */
    MEMORY,
    /** What the service adds to the LLM's latency. */
    LATENCY,
    /** A start with nothing but Kafka. */
    RESTART
}
