/** A critic that is a program: it checks the requirements that a prompt states and answers as a language model would. */
@NullMarked
package dev.touchstone.producers.rubric;

import org.jspecify.annotations.NullMarked;
