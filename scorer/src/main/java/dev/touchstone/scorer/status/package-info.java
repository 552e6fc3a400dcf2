/** What the page and tools are told: model, figures of training, newest rewards. */
@NullMarked
package dev.touchstone.scorer.status;

import org.jspecify.annotations.NullMarked;
