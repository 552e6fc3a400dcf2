/**
 * An independent check of what the system guarantees, from its topics alone. It reads what a consumer with {@code
 * isolation.level=read_committed} sees, and shares no code with the services: wire format, registry, identities and rules are
 * written here a second time, so that a mistake in one is not repeated by the other. Of the module schemas it uses the topic
 * catalogue (which topics there are, and which schema their values have) and the Kafka settings (how to connect): these are
 * configuration.
 */
@NullMarked
package dev.touchstone.testkit.verify;

import org.jspecify.annotations.NullMarked;
