/** What critiques are worth: the pairs that two arms of training, one with critiques and one without, need for equal accuracy. */
@NullMarked
package dev.touchstone.worth;

import org.jspecify.annotations.NullMarked;
