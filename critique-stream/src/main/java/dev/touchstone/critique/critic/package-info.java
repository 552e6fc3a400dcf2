/** The only package that knows how a critic is spoken to: prompts, HTTP shape, validation of answers. */
@NullMarked
package dev.touchstone.critique.critic;

import org.jspecify.annotations.NullMarked;
