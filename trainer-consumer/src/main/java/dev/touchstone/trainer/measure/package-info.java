/** Prequential measurement: figures of pairs that are scored before they are learnt from. Pure, and repeatable bit by bit. */
@NullMarked
package dev.touchstone.trainer.measure;

import org.jspecify.annotations.NullMarked;
