/** A seeded source of preference pairs and completions whose quality can be computed, for demos, tests and experiments. */
@NullMarked
package dev.touchstone.producers.simulate;

import org.jspecify.annotations.NullMarked;
