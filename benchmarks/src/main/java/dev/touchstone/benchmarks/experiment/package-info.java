/**
 * The paper's claim, tested so that it could fail: what critiques make of preference pairs, on a task whose truth is known,
 * with the production model, input format and loss and without Kafka.
 */
@NullMarked
package dev.touchstone.benchmarks.experiment;

import org.jspecify.annotations.NullMarked;
