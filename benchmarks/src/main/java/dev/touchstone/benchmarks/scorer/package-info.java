/** What {@code bench scorer-http} measures: the packaged scorer under single requests, beside batches without a server. */
@NullMarked
package dev.touchstone.benchmarks.scorer;

import org.jspecify.annotations.NullMarked;
