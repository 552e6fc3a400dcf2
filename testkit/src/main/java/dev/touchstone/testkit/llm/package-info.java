/** A stand-in for an LLM endpoint that can be slow, limited, broken or rude on command. */
@NullMarked
package dev.touchstone.testkit.llm;

import org.jspecify.annotations.NullMarked;
