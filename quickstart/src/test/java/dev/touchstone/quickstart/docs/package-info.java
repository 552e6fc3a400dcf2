/** Files that are made from the code, and the check that they are what the code says. */
@NullMarked
package dev.touchstone.quickstart.docs;

import org.jspecify.annotations.NullMarked;
