/**
 * Kill loops on the real jars: a service works, is ended by force at random moments and started again, and afterwards the
 * topics are judged and the calls counted.
 */
@NullMarked
package dev.touchstone.quickstart.faults;

import org.jspecify.annotations.NullMarked;
