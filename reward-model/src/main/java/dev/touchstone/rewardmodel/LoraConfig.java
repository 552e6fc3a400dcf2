package dev.touchstone.rewardmodel;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Low-rank adaptation (Hu et al., arXiv 2106.09685): beside each target matrix W stands scaling * B A, where A has rank
 * rows and B has rank columns.
 *
 * @param rank of the product
 * @param alpha numerator of the scaling
 * @param rankStabilised whether alpha is divided by the root of the rank (Kalajdzievski, arXiv 2312.03732) instead of by
 *     the rank
 * @param targets names of the adapted projections, out of {@link #PROJECTIONS}
 */
public record LoraConfig(int rank, double alpha, boolean rankStabilised, SortedSet<String> targets) {

    /** The linear layers of a block, in the order of the forward pass. */
    public static final List<String> PROJECTIONS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private static final int LARGEST_RANK = 4096;

    public LoraConfig {
        ModelConfig.require(
                rank >= 1 && rank <= LARGEST_RANK, "The rank of an adapter must be in [1, " + LARGEST_RANK + "].");
        ModelConfig.require(alpha > 0 && Double.isFinite(alpha), "An adapter's alpha must be a number above 0.");
        ModelConfig.require(!targets.isEmpty(), "An adapter needs at least one target.");
        for (String target : targets) {
            ModelConfig.require(
                    PROJECTIONS.contains(target),
                    "An adapter's target must be one of " + PROJECTIONS + ", but is " + target + ".");
        }
        targets = Collections.unmodifiableSortedSet(new TreeSet<>(targets));
    }

    /** Adapters on all projections, with alpha twice the rank. */
    public static LoraConfig ofRank(int rank) {
        return new LoraConfig(rank, 2.0 * rank, false, new TreeSet<>(PROJECTIONS));
    }

    /** What B A is multiplied by. */
    public double scaling() {
        return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
    }
}
