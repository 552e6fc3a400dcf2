package dev.touchstone.critique.topology;

import dev.touchstone.schemas.TopicCatalogue;
import java.time.Duration;

/**
 * What the topology needs to know.
 *
 * @param topics names of the topics
 * @param partitions of the internal topics: as many as the input topic with the most
 * @param inputMaxBytes largest record that is taken in: key, value and headers
 * @param outputMaxBytes largest record that is sent
 * @param maxWaiting pairs, and completions, that one task keeps waiting for critiques before it takes in no more
 * @param idRetention how long an id is remembered
 * @param samples critiques to ask for per text, at least 1
 */
public record TopologySettings(
        TopicCatalogue topics,
        int partitions,
        int inputMaxBytes,
        int outputMaxBytes,
        int maxWaiting,
        Duration idRetention,
        int samples) {}
