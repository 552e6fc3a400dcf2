/** Reports as one page of HTML that needs nothing else: drawn figures in SVG, each with the table of its numbers beside it. */
@NullMarked
package dev.touchstone.benchmarks.experiment.report;

import org.jspecify.annotations.NullMarked;
