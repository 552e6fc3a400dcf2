/** Avro in Confluent's wire format, as Kafka serializer, deserializer and serde classes. */
@NullMarked
package dev.touchstone.schemas.serde;

import org.jspecify.annotations.NullMarked;
