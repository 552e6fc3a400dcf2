package dev.touchstone.trainer.learn;

import java.util.ArrayList;
import java.util.List;

/**
 * Parts of the held-out pairs that are looked at on their own. A pair may be in several:
 *
 * <ul>
 *   <li>{@code hard}: the worse side is the longer one, so a model that only learnt length gets it wrong;
 *   <li>{@code matched}: the lengths differ by no more than a tenth of the longer one, so length says little;
 *   <li>{@code source:NAME}: pairs of one source, for those that have most pairs.
 * </ul>
 */
public final class Slices {
    /** The worse side is the longer one. */
    public static final String HARD = "hard";
    /** Both sides are about as long. */
    public static final String MATCHED = "matched";
    /** What the slice of a source begins with. */
    public static final String SOURCE = "source:";

    private Slices() {}

    /** The slices that a pair is in. */
    public static List<String> of(HeldOutPair pair) {
        List<String> names = new ArrayList<>();
        int chosen = pair.chosenLength();
        int rejected = pair.rejectedLength();
        if (rejected > chosen) {
            names.add(HARD);
        }
        if (10L * Math.abs(chosen - rejected) <= Math.max(chosen, rejected)) {
            names.add(MATCHED);
        }
        if (!pair.source().isEmpty()) {
            names.add(SOURCE + pair.source());
        }
        return names;
    }
}
