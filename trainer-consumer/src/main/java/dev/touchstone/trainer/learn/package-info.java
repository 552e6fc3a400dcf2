/** What is learnt and from what: the pure core of the trainer, which knows nothing of Kafka. */
@NullMarked
package dev.touchstone.trainer.learn;

import org.jspecify.annotations.NullMarked;
