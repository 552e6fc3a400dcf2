/** The Helm chart, rendered by Helm itself and held against the project's code. */
@NullMarked
package dev.touchstone.quickstart.chart;

import org.jspecify.annotations.NullMarked;
