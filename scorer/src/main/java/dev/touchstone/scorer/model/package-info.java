/** What the scorer wants of a reward model: load a checkpoint, turn texts into logits. */
@NullMarked
package dev.touchstone.scorer.model;

import org.jspecify.annotations.NullMarked;
