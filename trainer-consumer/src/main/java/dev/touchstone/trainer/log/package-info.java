/** The log of critiqued pairs: reading it, and cutting it into micro-batches. */
@NullMarked
package dev.touchstone.trainer.log;

import org.jspecify.annotations.NullMarked;
