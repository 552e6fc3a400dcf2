/** What reads and writes topics: the loop of rewards and the followers of models and figures. */
@NullMarked
package dev.touchstone.scorer.stream;

import org.jspecify.annotations.NullMarked;
