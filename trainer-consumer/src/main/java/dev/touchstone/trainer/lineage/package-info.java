/** The lineage of a model: its manifests, its checkpoint folders, and the transaction that adds to both. */
@NullMarked
package dev.touchstone.trainer.lineage;

import org.jspecify.annotations.NullMarked;
