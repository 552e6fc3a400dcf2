/** What the page shows: read from topics, in a bounded amount of memory, as parts that are sent when they have changed. */
@NullMarked
package dev.touchstone.scorer.dashboard;

import org.jspecify.annotations.NullMarked;
