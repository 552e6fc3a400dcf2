/** Writes pairs of the stream for engines that train from files. */
@NullMarked
package dev.touchstone.quickstart.export;

import org.jspecify.annotations.NullMarked;
