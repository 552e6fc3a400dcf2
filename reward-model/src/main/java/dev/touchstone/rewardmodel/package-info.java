/** The reward model as its callers see it: inputs, the trainer, the scorer and what both return. */
@NullMarked
package dev.touchstone.rewardmodel;

import org.jspecify.annotations.NullMarked;
