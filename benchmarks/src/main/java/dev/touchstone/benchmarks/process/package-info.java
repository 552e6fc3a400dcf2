/** Processes beside the one that is measured. */
@NullMarked
package dev.touchstone.benchmarks.process;

import org.jspecify.annotations.NullMarked;
