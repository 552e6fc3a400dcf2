/**
 * The gate between a checkpoint and the alias champion: a paired test on held-out pairs that stays valid however often it is
 * looked at, and checks that a better model must not fail. It knows nothing of Kafka.
 */
@NullMarked
package dev.touchstone.trainer.gate;

import org.jspecify.annotations.NullMarked;
