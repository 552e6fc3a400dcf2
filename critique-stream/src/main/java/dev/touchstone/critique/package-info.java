/** The critique stream: a Kafka Streams application that asks a critic for a critique of every completion. */
@NullMarked
package dev.touchstone.critique;

import org.jspecify.annotations.NullMarked;
