/** Rebuilds a model from the log and the ledger. */
@NullMarked
package dev.touchstone.trainer.replay;

import org.jspecify.annotations.NullMarked;
