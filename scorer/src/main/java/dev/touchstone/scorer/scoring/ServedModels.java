package dev.touchstone.scorer.scoring;

import dev.touchstone.scorer.model.LoadedModel;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.VersionKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The versions in memory: the champion, and a few beside it that were asked for by name. Any thread may ask and encode; the
 * scoring thread alone scores, exchanges and frees, and frees nothing while somebody encodes.
 */
final class ServedModels {
    private final int places;

    /** As many threads may encode as leave a core to the one that scores: many callers at once would starve it. */
    private final Semaphore encoders =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));

    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private final Map<VersionKey, LoadedModel> beside = new ConcurrentHashMap<>();

    /** Touched by the scoring thread only. Versions beside the champion, the one that scored last in the end. */
    private final Deque<VersionKey> recent = new ArrayDeque<>();

    private volatile @Nullable LoadedModel champion;

    /** @param places how many versions may be beside the champion, at least 0 */
    ServedModels(int places) {
        this.places = places;
    }

    int places() {
        return places;
    }

    Optional<ModelInfo> champion() {
        return Optional.ofNullable(champion).map(LoadedModel::info);
    }

    /** Whether a version is in memory. */
    boolean has(VersionKey version) {
        return find(version) != null;
    }

    /** The versions beside the champion. */
    List<ModelInfo> besideChampion() {
        return beside.values().stream().map(LoadedModel::info).toList();
    }

    /**
     * Texts in the form that a version reads.
     *
     * @param version null for the champion
     * @return null if it is not in memory
     */
    @Nullable
    Encoding encode(@Nullable VersionKey version, List<Candidate> candidates) {
        encoders.acquireUninterruptibly();
        use.readLock().lock();
        try {
            LoadedModel model = find(version);
            return model == null ? null : Encoding.of(model, candidates);
        } finally {
            use.readLock().unlock();
            encoders.release();
        }
    }

    /** The version that scores now; null if it is not in memory. */
    @Nullable
    LoadedModel use(@Nullable VersionKey version) {
        if (version != null && recent.remove(version)) {
            recent.addLast(version);
        }
        return find(version);
    }

    /** Lets another version be champion. Returns whether there was one. */
    boolean install(LoadedModel next) {
        LoadedModel same = beside.get(next.info().key());
        LoadedModel previous;
        use.writeLock().lock();
        try {
            previous = champion;
            champion = next;
            beside.remove(next.info().key());
        } finally {
            use.writeLock().unlock();
        }
        recent.remove(next.info().key());
        free(same);
        free(previous);
        return previous != null;
    }

    /** Puts a version beside the champion; the one that has not scored for the longest time makes room. */
    void place(LoadedModel model) {
        VersionKey key = model.info().key();
        if (places == 0 || has(key)) {
            model.close();
            return;
        }
        while (recent.size() >= places) {
            VersionKey oldest = recent.removeFirst();
            use.writeLock().lock();
            LoadedModel leaving;
            try {
                leaving = beside.remove(oldest);
            } finally {
                use.writeLock().unlock();
            }
            free(leaving);
        }
        beside.put(key, model);
        recent.addLast(key);
    }

    /** Frees all of them. */
    void free() {
        List<LoadedModel> all;
        LoadedModel last;
        use.writeLock().lock();
        try {
            last = champion;
            champion = null;
            all = List.copyOf(beside.values());
            beside.clear();
        } finally {
            use.writeLock().unlock();
        }
        recent.clear();
        free(last);
        all.forEach(LoadedModel::close);
    }

    private @Nullable LoadedModel find(@Nullable VersionKey version) {
        LoadedModel serving = champion;
        return version == null || (serving != null && serving.info().key().equals(version))
                ? serving
                : beside.get(version);
    }

    private static void free(@Nullable LoadedModel model) {
        if (model != null) {
            model.close();
        }
    }
}
