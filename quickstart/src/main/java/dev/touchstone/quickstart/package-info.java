/** The launcher: everything a person or a script does goes through it. */
@NullMarked
package dev.touchstone.quickstart;

import org.jspecify.annotations.NullMarked;
