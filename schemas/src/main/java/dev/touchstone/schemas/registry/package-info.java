/** The one place that talks to a schema registry, over Confluent's REST API. */
@NullMarked
package dev.touchstone.schemas.registry;

import org.jspecify.annotations.NullMarked;
