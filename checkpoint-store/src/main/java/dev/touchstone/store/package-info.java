/** Where the checkpoints of a model lie, and how they come onto this machine: a directory, or an S3-compatible store. */
@NullMarked
package dev.touchstone.store;

import org.jspecify.annotations.NullMarked;
