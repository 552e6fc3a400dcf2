/** The JSON of the HTTP interface: requests, answers, errors. No server in here. */
@NullMarked
package dev.touchstone.scorer.http;

import org.jspecify.annotations.NullMarked;
