/** A broker in this JVM and a schema registry beside it, on loopback; for tests and for the embedded default. */
@NullMarked
package dev.touchstone.testkit.cluster;

import org.jspecify.annotations.NullMarked;
