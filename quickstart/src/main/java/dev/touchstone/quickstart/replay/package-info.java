/** Dead letters back to the topics they came from. */
@NullMarked
package dev.touchstone.quickstart.replay;

import org.jspecify.annotations.NullMarked;
