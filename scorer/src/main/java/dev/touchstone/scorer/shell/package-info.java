/** The Quarkus shell: configuration, HTTP, health, metrics, start and stop. */
@NullMarked
package dev.touchstone.scorer.shell;

import org.jspecify.annotations.NullMarked;
