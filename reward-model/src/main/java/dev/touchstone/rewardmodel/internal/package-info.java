/** The native side: the TorchScript program, its archive, its calls and its parameter layout; no other module may touch it. */
@NullMarked
package dev.touchstone.rewardmodel.internal;

import org.jspecify.annotations.NullMarked;
