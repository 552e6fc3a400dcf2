/** What {@code bench trainer} measures: the trainer on a log, beside the model's own steps. */
@NullMarked
package dev.touchstone.benchmarks.trainer;

import org.jspecify.annotations.NullMarked;
