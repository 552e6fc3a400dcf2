package dev.touchstone.trainer.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Not thread-safe. Pairs by a name that the stream gives them, such as their source. The stream may name any number, so only
 * the first {@value #MOST_NAMES} count apart; the rest are together under {@value #OTHER}.
 */
final class Breakdown {
    static final int MOST_NAMES = 32;
    static final String OTHER = "other";
    static final String NONE = "none";
    private static final int LONGEST_NAME = 100;

    private final List<String> names = new ArrayList<>();
    private final Sums[] totals = new Sums[MOST_NAMES + 1];
    private final byte[] newestName;
    private final double[] newestLead;
    private long count;

    /** @param window how many of the newest pairs, of all names together, are kept, at least 1 */
    Breakdown(int window) {
        newestName = new byte[window];
        newestLead = new double[window];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = new Sums();
        }
    }

    void add(String name, double lead) {
        int index = index(name);
        int place = (int) (count++ % newestLead.length);
        newestName[place] = (byte) index;
        newestLead[place] = lead;
        totals[index].add(lead);
    }

    /** Figures of the newest pairs by name; a name with no pair among them is left out. */
    SortedMap<String, NameFigures> window() {
        Sums[] sums = new Sums[totals.length];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = new Sums();
        }
        for (long i = count - size(); i < count; i++) {
            int place = (int) (i % newestLead.length);
            sums[newestName[place]].add(newestLead[place]);
        }
        return byName(sums);
    }

    /** Figures of all pairs since the model began, by name. */
    SortedMap<String, NameFigures> total() {
        return byName(totals);
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeInt(names.size());
        for (String name : names) {
            out.writeUTF(name);
        }
        for (Sums sums : totals) {
            out.writeLong(sums.pairs);
            out.writeDouble(sums.right);
            out.writeDouble(sums.logLoss);
        }
        out.writeLong(count);
        for (int i = 0; i < size(); i++) {
            out.writeByte(newestName[i]);
            out.writeDouble(newestLead[i]);
        }
    }

    /** Takes over what {@link #writeTo} wrote for a window of the same size. */
    void readFrom(DataInput in) throws IOException {
        int size = in.readInt();
        if (size < 0 || size > MOST_NAMES) {
            throw damaged(size + " names");
        }
        names.clear();
        for (int i = 0; i < size; i++) {
            names.add(in.readUTF());
        }
        for (Sums sums : totals) {
            sums.pairs = in.readLong();
            sums.right = in.readDouble();
            sums.logLoss = in.readDouble();
        }
        count = in.readLong();
        if (count < 0) {
            throw damaged(count + " pairs");
        }
        for (int i = 0; i < size(); i++) {
            newestName[i] = in.readByte();
            newestLead[i] = in.readDouble();
            if (newestName[i] < 0 || newestName[i] > MOST_NAMES) {
                throw damaged("name " + newestName[i]);
            }
        }
    }

    private int index(String given) {
        String cut = given.substring(0, Math.min(given.length(), LONGEST_NAME));
        String name = cut.isBlank() ? NONE : cut;
        int known = names.indexOf(name);
        if (known >= 0) {
            return known;
        }
        if (names.size() == MOST_NAMES || name.equals(OTHER)) {
            return MOST_NAMES;
        }
        names.add(name);
        return names.size() - 1;
    }

    private SortedMap<String, NameFigures> byName(Sums[] sums) {
        SortedMap<String, NameFigures> figures = new TreeMap<>();
        for (int i = 0; i < sums.length; i++) {
            if (sums[i].pairs > 0) {
                figures.put(i < names.size() ? names.get(i) : OTHER, sums[i].figures());
            }
        }
        return figures;
    }

    private int size() {
        return (int) Math.min(count, newestLead.length);
    }

    private static IOException damaged(String what) {
        return new IOException("A breakdown with " + what + " is out of range: the file is damaged.");
    }

    private static final class Sums {
        long pairs;
        double right;
        double logLoss;

        void add(double lead) {
            pairs++;
            right += ScoredPair.correct(lead);
            logLoss += ScoredPair.logLoss(lead);
        }

        NameFigures figures() {
            return new NameFigures(pairs, right / pairs, logLoss / pairs);
        }
    }
}
