package dev.touchstone.testkit.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Confined to one thread. What the topics hold of one model. */
final class ModelRecords {
    private final Map<String, Manifest> manifests = new LinkedHashMap<>();
    private final List<Entry> ledger = new ArrayList<>();
    private final Map<String, String> aliases = new TreeMap<>();
    private final List<String> altered = new ArrayList<>();

    /**
     * What is kept of a manifest.
     *
     * @param parent the version that training went on from; empty for the first
     * @param offsets where reading goes on, by partition of the log
     * @param began where it began to be read, by partition; empty unless this is the first, and where it is not told
     * @param content all of it but when it was retired
     * @param retired whether its files may be gone
     */
    record Manifest(
            String version,
            String parent,
            long step,
            Map<Integer, Long> offsets,
            Map<Integer, Long> began,
            long trained,
            long heldOut,
            Fingerprint content,
            boolean retired) {}

    /**
     * What is kept of an entry of the ledger.
     *
     * @param records pairs trained on, held out and skipped, together
     */
    record Entry(
            String version,
            String parent,
            long batch,
            long step,
            List<Range> ranges,
            long trained,
            long heldOut,
            long records) {}

    /** Offsets of one partition of the log, the first and the first that is not in it. */
    record Range(int partition, long from, long next) {
        boolean holds(Position position) {
            return position.partition() == partition && position.offset() >= from && position.offset() < next;
        }
    }

    /** All manifests in the order in which they were published; a retired one keeps its place. */
    List<Manifest> manifests() {
        return List.copyOf(manifests.values());
    }

    @Nullable
    Manifest manifest(String version) {
        return manifests.get(version);
    }

    /** The entries in the order of the topic. */
    List<Entry> ledger() {
        return ledger;
    }

    /** Versions by the names that stand now. */
    Map<String, String> aliases() {
        return aliases;
    }

    /** Versions that were published again with other content. */
    List<String> altered() {
        return altered;
    }

    void takeManifest(GenericRecord record) {
        boolean retired = record.get("retiredAt") != null;
        record.put("retiredAt", null);
        Manifest manifest = new Manifest(
                Flow.text(record, "versionId"),
                Flow.text(record, "parent"),
                number(record, "step"),
                offsets(record, "offsets"),
                record.hasField("began") ? offsets(record, "began") : Map.of(),
                number(record, "trainedPairs"),
                number(record, "heldOutPairs"),
                Fingerprint.of(record),
                retired);
        Manifest before = manifests.put(manifest.version(), manifest);
        if (before != null
                && (!before.content().equals(manifest.content()) || before.retired() || !manifest.retired())) {
            altered.add(manifest.version());
        }
    }

    void takeEntry(GenericRecord record) {
        List<Range> ranges = new ArrayList<>();
        for (GenericRecord range : Flow.records(record, "ranges")) {
            ranges.add(new Range((Integer) range.get("partition"), number(range, "from"), number(range, "next")));
        }
        long trained = number(record, "trainedPairs");
        long heldOut = number(record, "heldOutPairs");
        ledger.add(new Entry(
                Flow.text(record, "versionId"),
                Flow.text(record, "parent"),
                number(record, "batch"),
                number(record, "step"),
                ranges,
                trained,
                heldOut,
                trained + heldOut + number(record, "skippedPairs")));
    }

    /** @param record null where the name was taken away */
    void takeAlias(String alias, @Nullable GenericRecord record) {
        if (record == null) {
            aliases.remove(alias);
        } else {
            aliases.put(alias, Flow.text(record, "versionId"));
        }
    }

    private static Map<Integer, Long> offsets(GenericRecord record, String field) {
        Map<Integer, Long> offsets = new TreeMap<>();
        for (GenericRecord offset : Flow.records(record, field)) {
            offsets.put((Integer) offset.get("partition"), number(offset, "nextOffset"));
        }
        return offsets;
    }

    private static long number(GenericRecord record, String field) {
        return ((Number) record.get(field)).longValue();
    }
}
