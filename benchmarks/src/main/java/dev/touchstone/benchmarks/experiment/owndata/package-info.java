/**
 * The arms of the experiment on preference pairs of one's own, from a file or from topics: small models, cross-validated, since
 * there is no more data than there is. Whatever comes out is reported.
 */
@NullMarked
package dev.touchstone.benchmarks.experiment.owndata;

import org.jspecify.annotations.NullMarked;
