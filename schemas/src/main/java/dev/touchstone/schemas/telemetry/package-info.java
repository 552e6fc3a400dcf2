/** Traces through Kafka's headers, and log lines for machines; both off by default. */
@NullMarked
package dev.touchstone.schemas.telemetry;

import org.jspecify.annotations.NullMarked;
