/** Command line that brings pairs and completions into Kafka, and a critic that needs no language model. */
@NullMarked
package dev.touchstone.producers;

import org.jspecify.annotations.NullMarked;
