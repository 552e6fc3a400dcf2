/** Topics as commands read them. */
@NullMarked
package dev.touchstone.quickstart.topic;

import org.jspecify.annotations.NullMarked;
