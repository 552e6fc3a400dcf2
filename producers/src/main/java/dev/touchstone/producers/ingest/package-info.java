/** Files of preference pairs and completions, one JSON object a line, into Kafka. */
@NullMarked
package dev.touchstone.producers.ingest;

import org.jspecify.annotations.NullMarked;
