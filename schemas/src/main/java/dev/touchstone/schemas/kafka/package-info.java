/** One convention for every client of Kafka: settings, headers, decoding, dead letters, creation of topics. */
@NullMarked
package dev.touchstone.schemas.kafka;

import org.jspecify.annotations.NullMarked;
