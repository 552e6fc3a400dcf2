/** The Quarkus shell: configuration, health, metrics, start and stop. Decides nothing. */
@NullMarked
package dev.touchstone.critique.shell;

import org.jspecify.annotations.NullMarked;
