package dev.touchstone.testkit.verify;

/** A part of the stream that can be judged on its own. */
public enum Stage {
    /** From pairs and completions to their critiques. */
    CRITIQUES,
    /** From pairs with critiques to models. */
    LINEAGE,
    /** From completions with critiques to rewards. */
    REWARDS
}
