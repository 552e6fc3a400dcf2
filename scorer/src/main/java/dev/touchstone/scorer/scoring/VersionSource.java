package dev.touchstone.scorer.scoring;

import dev.touchstone.scorer.model.VersionKey;
import java.time.Duration;

/** Thread-safe. Finds and loads versions that are asked for by name. */
public interface VersionSource {
    /**
     * The version that is called so at this moment. For a name that stays the same ask for the version's own.
     *
     * @param name a version or an alias of the scorer's model, or {@code model/version} or {@code model/alias}
     * @throws VersionUnavailableException if nothing is called so
     */
    VersionKey resolve(String name);

    /**
     * Waits until a version is in memory.
     *
     * @throws VersionUnavailableException if it cannot be loaded, or not within this time
     */
    void require(VersionKey version, Duration patience) throws InterruptedException;
}
