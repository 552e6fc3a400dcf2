package dev.touchstone.trainer.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Not thread-safe. Items to be trained on again, kept apart by source in one bounded memory.
 *
 * <p>Each source keeps a uniform sample of what it offered (Vitter's algorithm R, ACM TOMS 1985). Where the memory is full, a
 * source that keeps less than the one that keeps most displaces an item of that one: class-balancing reservoir sampling
 * (Chrysakis and Moens, ICML 2020), so that a flood from one source leaves the others in memory. Draws follow what each
 * source offered so far: the replayed mix is the stream's, and no source gains weight by what it is called. An item that
 * has been trained on so many times leaves.
 *
 * <p>What is kept and drawn follows from the seed, what was offered and drawn before, and the number of the micro-batch.
 *
 * @param <T> what is kept
 */
final class Reservoir<T> {
    /** Names that have a stratum of their own; all later ones share one, for hostile input may bring any number. */
    static final int MOST_SOURCES = 32;

    private static final String OTHERS = "(others)";
    private static final long KEEP = 1;
    private static final long DRAW = 2;

    private final int capacity;
    private final int maxPasses;
    private final long seed;
    private final SortedMap<String, Stratum<T>> strata = new TreeMap<>();
    private int size;

    /**
     * @param capacity the most items kept over all sources, at least 1
     * @param maxPasses how often an item is trained on at most, the first time, before it is offered, included; at least 1
     * @param seed of this reservoir; two reservoirs of one run take two seeds
     */
    Reservoir(int capacity, int maxPasses, long seed) {
        this.capacity = capacity;
        this.maxPasses = maxPasses;
        this.seed = seed;
    }

    /** Writes one item. */
    interface Writer<T> {
        void write(T item, DataOutput out) throws IOException;
    }

    /** Reads one item. */
    interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    /**
     * An item and how often it has been trained on.
     */
    private record Kept<T>(T item, int passes) {}

    /** What one source has brought. */
    private static final class Stratum<T> {
        private final List<Kept<T>> kept = new ArrayList<>();
        private long seen;

        /** Takes one away; its place is taken by the last one. */
        void remove(int place) {
            Kept<T> last = kept.remove(kept.size() - 1);
            if (place < kept.size()) {
                kept.set(place, last);
            }
        }
    }

    /** Considers one more item, which has been trained on once. */
    void offer(String source, T item) {
        Stratum<T> stratum = strata.computeIfAbsent(stratumOf(source), name -> new Stratum<>());
        stratum.seen++;
        if (maxPasses == 1) {
            return;
        }
        Kept<T> kept = new Kept<>(item, 1);
        if (size < capacity) {
            stratum.kept.add(kept);
            size++;
            return;
        }
        Draws draws = new Draws(seed, KEEP, seen());
        Stratum<T> largest = strata.values().stream()
                .reduce((a, b) -> b.kept.size() > a.kept.size() ? b : a)
                .orElseThrow();
        // A lead of one is level: else sources of equal size would displace each other for ever.
        if (largest.kept.size() > stratum.kept.size() + 1) {
            largest.remove((int) draws.below(largest.kept.size()));
            stratum.kept.add(kept);
            return;
        }
        long place = draws.below(stratum.seen);
        if (place < stratum.kept.size()) {
            stratum.kept.set((int) place, kept);
        }
    }

    /**
     * Some items to be trained on once more, each at most once, in random order. Each source gives in proportion to what it
     * offered so far; what a source lacks is taken from all that is left.
     *
     * @param count how many, fewer if fewer are kept
     * @param batch number of the micro-batch they are drawn for
     * @param round which draw of that micro-batch it is
     */
    List<T> draw(int count, long batch, int round) {
        int wanted = Math.min(count, size);
        if (wanted <= 0) {
            return List.of();
        }
        Draws draws = new Draws(seed, DRAW, batch, round);
        List<Place<T>> chosen = new ArrayList<>();
        List<Place<T>> left = new ArrayList<>();
        long all = seen();
        // Systematic sampling (Madow and Madow, Annals of Mathematical Statistics 15, 1944): each source gets its
        // share,
        // rounded up or down by chance.
        long start = draws.below(all);
        long before = 0;
        for (Stratum<T> stratum : strata.values()) {
            long upTo = before + stratum.seen;
            long share = (wanted * upTo + start) / all - (wanted * before + start) / all;
            before = upTo;
            List<Place<T>> places = new ArrayList<>();
            for (int i = 0; i < stratum.kept.size(); i++) {
                places.add(new Place<>(stratum, i));
            }
            int taken = (int) Math.min(share, places.size());
            shuffleFirst(places, taken, draws);
            chosen.addAll(places.subList(0, taken));
            left.addAll(places.subList(taken, places.size()));
        }
        int missing = wanted - chosen.size();
        shuffleFirst(left, missing, draws);
        chosen.addAll(left.subList(0, missing));
        shuffleFirst(chosen, chosen.size(), draws);
        List<T> items = chosen.stream()
                .map(place -> place.stratum.kept.get(place.index).item)
                .toList();
        countPasses(chosen);
        return items;
    }

    private record Place<T>(Stratum<T> stratum, int index) {}

    private void countPasses(List<Place<T>> places) {
        List<Place<T>> done = new ArrayList<>();
        for (Place<T> place : places) {
            Kept<T> kept = place.stratum.kept.get(place.index);
            place.stratum.kept.set(place.index, new Kept<>(kept.item, kept.passes + 1));
            if (kept.passes + 1 >= maxPasses) {
                done.add(place);
            }
        }
        // From the end, so that no place that is still to go has moved.
        done.sort((a, b) -> Integer.compare(b.index, a.index));
        done.forEach(place -> place.stratum.remove(place.index));
        size -= done.size();
    }

    /** Puts random items of all at the first places. */
    private static <E> void shuffleFirst(List<E> items, int count, Draws draws) {
        for (int i = 0; i < count; i++) {
            Collections.swap(items, i, i + (int) draws.below(items.size() - i));
        }
    }

    /** What is kept now, by source. */
    List<T> items() {
        return strata.values().stream()
                .flatMap(stratum -> stratum.kept.stream().map(Kept::item))
                .toList();
    }

    /** What is kept now of one source. */
    List<T> items(String source) {
        return Stream.ofNullable(strata.get(source))
                .flatMap(stratum -> stratum.kept.stream().map(Kept::item))
                .toList();
    }

    private String stratumOf(String source) {
        return strata.containsKey(source) || strata.size() < MOST_SOURCES ? source : OTHERS;
    }

    private long seen() {
        return strata.values().stream().mapToLong(stratum -> stratum.seen).sum();
    }

    void writeTo(DataOutput out, Writer<T> writer) throws IOException {
        out.writeInt(strata.size());
        for (Map.Entry<String, Stratum<T>> entry : strata.entrySet()) {
            Texts.write(entry.getKey(), out);
            out.writeLong(entry.getValue().seen);
            out.writeInt(entry.getValue().kept.size());
            for (Kept<T> kept : entry.getValue().kept) {
                out.writeInt(kept.passes);
                writer.write(kept.item, out);
            }
        }
    }

    /** Takes over what {@link #writeTo} wrote. */
    void readFrom(DataInput in, Reader<T> reader) throws IOException {
        strata.clear();
        size = 0;
        int sources = inRange(in.readInt(), MOST_SOURCES + 1);
        for (int i = 0; i < sources; i++) {
            Stratum<T> stratum = new Stratum<>();
            strata.put(Texts.read(in), stratum);
            stratum.seen = in.readLong();
            int items = inRange(in.readInt(), (int) Math.min(capacity - size, Math.max(0, stratum.seen)));
            for (int k = 0; k < items; k++) {
                int passes = inRange(in.readInt(), maxPasses - 1);
                stratum.kept.add(new Kept<>(reader.read(in), passes));
            }
            size += items;
        }
    }

    private static int inRange(int number, int most) throws IOException {
        if (number < 0 || number > most) {
            throw new IOException("A reservoir with " + number + " is out of range: the file is damaged.");
        }
        return number;
    }
}
