/** What the commands of this module share: options for Kafka, times, progress, and errors in one sentence. */
@NullMarked
package dev.touchstone.producers.cli;

import org.jspecify.annotations.NullMarked;
