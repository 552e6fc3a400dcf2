/** Critiqued completions in, rewards out: the core without a container. */
@NullMarked
package dev.touchstone.scorer;

import org.jspecify.annotations.NullMarked;
