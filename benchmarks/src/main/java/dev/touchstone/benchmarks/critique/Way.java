package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.schemas.kafka.KafkaSettings;

/** A way to have every request of a run's input called and answered, exactly once, to its output. */
@FunctionalInterface
interface Way {
    /**
     * Begins.
     *
     * @param run name of the topics
     * @param settings calls at once, critic, commit interval, threads
     */
    AutoCloseable start(String run, CritiqueSettings settings, KafkaSettings kafka);
}
