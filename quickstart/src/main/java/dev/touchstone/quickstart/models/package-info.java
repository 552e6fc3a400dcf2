/** The versions of a model as its topics tell them, and requests to its trainer. */
@NullMarked
package dev.touchstone.quickstart.models;

import org.jspecify.annotations.NullMarked;
