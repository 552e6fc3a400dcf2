/** Turns texts into typed outcomes, one batch after the other, with the model that serves at that moment. */
@NullMarked
package dev.touchstone.scorer.scoring;

import org.jspecify.annotations.NullMarked;
