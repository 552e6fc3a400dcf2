/** The ways in which RLHF trainers and clients of inference servers ask for rewards: JSON in, JSON out. No server in here. */
@NullMarked
package dev.touchstone.scorer.contracts;

import org.jspecify.annotations.NullMarked;
