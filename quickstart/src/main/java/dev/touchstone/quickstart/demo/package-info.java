/** The finite demonstration: data in, progress, figures counted from the topics by a reader of its own. */
@NullMarked
package dev.touchstone.quickstart.demo;

import org.jspecify.annotations.NullMarked;
