/** The thin shell: configuration, health, metrics and shutdown around the trainer. */
@NullMarked
package dev.touchstone.trainer.shell;

import org.jspecify.annotations.NullMarked;
