/** Benchmarks of the training step and the scorer, each one command that prints ratios measured in one run. */
@NullMarked
package dev.touchstone.benchmarks;

import org.jspecify.annotations.NullMarked;
