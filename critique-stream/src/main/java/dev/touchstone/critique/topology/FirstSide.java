package dev.touchstone.critique.topology;

import dev.touchstone.critique.critic.CritiqueAnswer;

/**
 * The side of a pair whose critique came first; row of the store of sides.
 *
 * @param side which
 * @param critique its critique
 */
record FirstSide(OriginRef.Side side, CritiqueAnswer critique) {}
