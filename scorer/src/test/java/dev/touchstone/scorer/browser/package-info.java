/** The page in a real browser. */
@NullMarked
package dev.touchstone.scorer.browser;

import org.jspecify.annotations.NullMarked;
