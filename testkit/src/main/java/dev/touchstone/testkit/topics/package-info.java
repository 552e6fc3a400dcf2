/** Reading and writing topics from tests and summaries, independently of the services. */
@NullMarked
package dev.touchstone.testkit.topics;

import org.jspecify.annotations.NullMarked;
