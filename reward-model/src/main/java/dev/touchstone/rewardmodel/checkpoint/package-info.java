/** Model folders on disk: written once, durably and atomically, verified on every load. */
@NullMarked
package dev.touchstone.rewardmodel.checkpoint;

import org.jspecify.annotations.NullMarked;
