/** A reusable stage of a Kafka Streams topology that calls something slow, asynchronously and durably. Knows nothing of critiques. */
@NullMarked
package dev.touchstone.critique.asyncstage;

import org.jspecify.annotations.NullMarked;
