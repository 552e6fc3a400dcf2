/** The contracts of the whole system: topics, identities, rules that records obey, and the errors that a user sees. */
@NullMarked
package dev.touchstone.schemas;

import org.jspecify.annotations.NullMarked;
