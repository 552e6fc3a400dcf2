/** Verifiable tasks: requirements that a prompt states in words and a program can check, and the utility that they make up. */
@NullMarked
package dev.touchstone.producers.task;

import org.jspecify.annotations.NullMarked;
