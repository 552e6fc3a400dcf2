/** Sending records to Kafka: checked, measured, identified, and never blocked for ever. */
@NullMarked
package dev.touchstone.producers.feed;

import org.jspecify.annotations.NullMarked;
