/** The critique stream under load: how full its slots are, beside other ways of doing the same, and what it costs. */
@NullMarked
package dev.touchstone.benchmarks.critique;

import org.jspecify.annotations.NullMarked;
