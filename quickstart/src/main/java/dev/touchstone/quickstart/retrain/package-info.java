/** A model built again from the log, in a process of its own. */
@NullMarked
package dev.touchstone.quickstart.retrain;

import org.jspecify.annotations.NullMarked;
