package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.testkit.verify.ModelRecords.Entry;
import dev.touchstone.testkit.verify.ModelRecords.Manifest;
import dev.touchstone.testkit.verify.ModelRecords.Range;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Confined to one thread. Walks the lineage of one model from its first checkpoint to its newest. */
final class LineageJudge {
    private static final String DELETED = "ranges of pairs that were deleted";

    private final TopicCatalogue topics;
    private final String model;
    private final ModelRecords records;
    private final PairLogRecords pairs;
    private final Findings findings;
    private final Retained retained;
    private final Map<String, List<Entry>> entriesByVersion;

    /** Where the walk has come, by partition of the log. */
    private final Map<Integer, Long> at = new HashMap<>();

    private long batch;
    private long step;
    private long trained;
    private long heldOut;

    LineageJudge(
            TopicCatalogue topics,
            String model,
            ModelRecords records,
            PairLogRecords pairs,
            Findings findings,
            Retained retained) {
        this.topics = topics;
        this.model = model;
        this.records = records;
        this.pairs = pairs;
        this.findings = findings;
        this.retained = retained;
        entriesByVersion = records.ledger().stream().collect(Collectors.groupingBy(Entry::version));
    }

    /** @param committed offsets of the model's group, by partition, asked for after all records were read */
    void judge(Map<Integer, Long> committed) {
        List<Manifest> lineage = lineage();
        records.altered().forEach(version -> broken(Problem.ALTERED_MANIFEST, version));
        if (retained.whole(topics.trainingLedger().name())) {
            lineage.forEach(this::walk);
        } else {
            findings.notJudged("lineages whose ledger was deleted in part");
        }
        if (!lineage.isEmpty()) {
            judgeCommitted(lineage.get(lineage.size() - 1), committed);
        }
        judgeTheRest(lineage);
        judgeNames();
        count(lineage);
    }

    /** From the first version to the newest that is not retired, which is the one that training goes on from. */
    private List<Manifest> lineage() {
        List<Manifest> chain = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Manifest next = newest();
        while (next != null && seen.add(next.version())) {
            chain.add(next);
            if (next.parent().isEmpty()) {
                break;
            }
            Manifest parent = records.manifest(next.parent());
            if (parent == null) {
                broken(Problem.MISSING_MANIFEST, next.parent());
            }
            next = parent;
        }
        Collections.reverse(chain);
        return chain;
    }

    private @Nullable Manifest newest() {
        Manifest newest = null;
        for (Manifest manifest : records.manifests()) {
            if (!manifest.retired()) {
                newest = manifest;
            }
        }
        return newest;
    }

    private void walk(Manifest manifest) {
        if (manifest.parent().isEmpty()) { // a later one that said it, too, could hide a gap
            begin(manifest.began());
        }
        List<Entry> entries = entriesByVersion.getOrDefault(manifest.version(), List.of());
        for (Entry entry : entries) {
            if (entry.batch() != batch + 1) {
                broken(entry.batch() > batch ? Problem.LEDGER_GAP : Problem.LEDGER_OVERLAP, batchOf(entry));
            }
            if (!entry.parent().equals(manifest.parent()) || entry.step() < step) {
                broken(Problem.LEDGER_AND_MANIFEST_DIFFER, batchOf(entry));
            }
            batch = entry.batch();
            step = entry.step();
            trained += entry.trained();
            heldOut += entry.heldOut();
            entry.ranges().forEach(range -> pass(range, entry));
            judgeNumber(entry);
        }
        boolean sameOffsets = manifest.offsets().entrySet().stream()
                .allMatch(offset ->
                        at.getOrDefault(offset.getKey(), offset.getValue()).equals(offset.getValue()));
        if (entries.isEmpty()
                || !sameOffsets
                || !manifest.offsets().keySet().containsAll(at.keySet())
                || manifest.step() != step
                || manifest.trained() != trained
                || manifest.heldOut() != heldOut) {
            broken(Problem.LEDGER_AND_MANIFEST_DIFFER, manifest.version());
        }
        // What is wrong is said once, and not of every version after it.
        at.putAll(manifest.offsets());
        step = manifest.step();
        trained = manifest.trained();
        heldOut = manifest.heldOut();
    }

    private void begin(Map<Integer, Long> began) {
        if (began.values().stream().anyMatch(offset -> offset > 0)) {
            findings.notJudged("pairs from before a model began");
        }
        at.putAll(began);
    }

    private void pass(Range range, Entry entry) {
        Position before = new Position(topics.critiquedPairs().name(), range.partition(), range.from() - 1);
        long expected = at.getOrDefault(range.partition(), 0L);
        if (range.from() > expected) {
            boolean begunLate = !at.containsKey(range.partition()) && retained.deleted(before);
            findings.brokenUnless(begunLate, DELETED, Problem.LEDGER_GAP, named(batchOf(entry)));
        } else if (range.from() < expected || range.next() <= range.from()) {
            broken(Problem.LEDGER_OVERLAP, batchOf(entry));
        }
        at.put(range.partition(), range.next());
    }

    private void judgeNumber(Entry entry) {
        long there = entry.ranges().stream().mapToLong(pairs::count).sum();
        boolean someDeleted = entry.ranges().stream()
                .anyMatch(range -> retained.deleted(
                        new Position(topics.critiquedPairs().name(), range.partition(), range.from())));
        if (there != entry.records()) {
            findings.brokenUnless(someDeleted, DELETED, Problem.WRONG_NUMBER_OF_PAIRS, named(batchOf(entry)));
        }
    }

    /** They are committed with the manifest, so that they can only be ahead of it, by what came while it was read. */
    private void judgeCommitted(Manifest newest, Map<Integer, Long> committed) {
        if (committed.isEmpty()) {
            findings.notJudged("models whose committed offsets have expired");
            return;
        }
        boolean ahead = false;
        for (Map.Entry<Integer, Long> offset : newest.offsets().entrySet()) {
            Long there = committed.get(offset.getKey());
            if (there == null || there < offset.getValue()) {
                broken(Problem.WRONG_COMMITTED_OFFSETS, newest.version() + ", partition " + offset.getKey());
            } else {
                ahead |= there > offset.getValue();
            }
        }
        if (ahead) {
            findings.notJudged("models that went on while they were read");
        }
    }

    /** Branches that were given up, and what belongs to no manifest. */
    private void judgeTheRest(List<Manifest> lineage) {
        Set<String> onIt = lineage.stream().map(Manifest::version).collect(Collectors.toSet());
        for (Manifest manifest : records.manifests()) {
            if (!onIt.contains(manifest.version()) && manifest.parent().isEmpty()) {
                broken(Problem.SECOND_ORIGIN, manifest.version());
            } else if (!onIt.contains(manifest.version()) && records.manifest(manifest.parent()) == null) {
                broken(Problem.MISSING_MANIFEST, manifest.parent());
            }
        }
        boolean afterAll = true;
        for (int i = records.ledger().size() - 1; i >= 0; i--) {
            Entry entry = records.ledger().get(i);
            boolean known = records.manifest(entry.version()) != null;
            afterAll &= !known;
            if (afterAll) {
                findings.notJudged("micro-batches that were published while they were read");
            } else if (!known) {
                broken(Problem.MISSING_MANIFEST, entry.version());
            }
        }
    }

    private void judgeNames() {
        records.aliases().forEach((alias, version) -> {
            Manifest named = records.manifest(version);
            if (named == null) {
                broken(Problem.MISSING_MANIFEST, version);
            } else if (named.retired()) {
                broken(Problem.RETIRED_VERSION_NAMED, alias);
            }
        });
    }

    private void count(List<Manifest> lineage) {
        String ofLedger = topics.trainingLedger().name();
        String ofCheckpoints = topics.checkpoints().name();
        findings.count(ofLedger, model + ": micro-batches", batch);
        findings.count(ofLedger, model + ": pairs trained on", trained);
        findings.count(ofLedger, model + ": pairs held out", heldOut);
        findings.count(ofCheckpoints, model + ": versions", records.manifests().size());
        findings.count(
                ofCheckpoints,
                model + ": versions given up",
                records.manifests().size() - lineage.size());
        findings.count(
                topics.models().name(), model + ": names", records.aliases().size());
    }

    private void broken(Problem problem, String where) {
        findings.broken(problem, named(where));
    }

    private String named(String where) {
        return model + "/" + where;
    }

    private static String batchOf(Entry entry) {
        return entry.version() + ", micro-batch " + entry.batch();
    }
}
