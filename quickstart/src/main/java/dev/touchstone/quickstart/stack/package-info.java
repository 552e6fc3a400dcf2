/** Broker, registry, critic and services as processes of this machine: started in order, watched, restarted, stopped. */
@NullMarked
package dev.touchstone.quickstart.stack;

import org.jspecify.annotations.NullMarked;
