package dev.touchstone.quickstart.faults;

import java.util.SplittableRandom;
import java.util.UUID;

/** Ids that follow from a seed. */
final class RandomIds {
    private RandomIds() {}

    /** A random UUID (RFC 9562, version 4). */
    static UUID next(SplittableRandom random) {
        return new UUID(
                random.nextLong() & ~0xF000L | 0x4000L,
                random.nextLong() & ~0xC000_0000_0000_0000L | 0x8000_0000_0000_0000L);
    }
}
