package dev.touchstone.rewardmodel;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Low-rank adapters (Hu et al., arXiv 2106.09685): a target's projection W x becomes W x + scaling * B A x; A, B and the
 * reward heads learn, all else is frozen.
 *
 * @param rank rows of A and columns of B ({@code r})
 * @param alpha numerator of the scaling ({@code lora_alpha})
 * @param rankStabilised whether the scaling is alpha / sqrt(rank) (Kalajdzievski, arXiv 2312.03732) instead of alpha / rank
 * @param targets names of the projections that get an adapter, out of {@link #TARGETS}
 */
public record LoraConfig(int rank, double alpha, boolean rankStabilised, SortedSet<String> targets) {

    /** Projections that may have an adapter. */
    public static final Set<String> TARGETS =
            Set.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    public LoraConfig {
        targets = Collections.unmodifiableSortedSet(new TreeSet<>(targets));
        ModelConfig.require(rank >= 1 && rank <= 1 << 12, "The rank of adapters must be in [1, 4096].");
        ModelConfig.require(alpha > 0 && Double.isFinite(alpha), "The alpha of adapters must be positive.");
        ModelConfig.require(!targets.isEmpty(), "Adapters need at least one target module.");
        for (String target : targets) {
            ModelConfig.require(
                    TARGETS.contains(target),
                    "\"" + target + "\" cannot have an adapter: use some of " + new TreeSet<>(TARGETS) + ".");
        }
    }

    /** Adapters on all projections with alpha = 2 * rank. */
    public static LoraConfig ofRank(int rank) {
        return new LoraConfig(rank, 2.0 * rank, false, new TreeSet<>(TARGETS));
    }

    /** What B A x is multiplied by. */
    public double scaling() {
        return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
    }
}
