/** The trainer: reads the log, learns, and publishes checkpoints, each pair exactly once along the lineage. */
@NullMarked
package dev.touchstone.trainer;

import org.jspecify.annotations.NullMarked;
