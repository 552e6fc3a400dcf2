package dev.touchstone.testkit.verify;

import dev.touchstone.schemas.TopicCatalogue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Confined to one thread. The scorer: every completion that came with or without critiques has one reward, whose numbers fit its
 * status and the version that it names; what is no record is one dead letter; nothing else comes out.
 */
final class RewardCheck implements Check {
    private static final Set<String> SCORED = Set.of("OK", "NO_CRITIQUE", "TOO_LONG_TRUNCATED");
    private static final double TOLERANCE = 1e-6;

    private final String input;
    private final String output;
    private final String checkpoints;
    private final String deadLetters;
    private final ValueReader inputs;
    private final ValueReader outputs;
    private final ValueReader manifests;
    private final InputLetters letters;

    private final Map<String, Input> in = new LinkedHashMap<>();
    private final Map<String, Integer> out = new LinkedHashMap<>();
    private final Map<String, Version> versions = new HashMap<>();
    /** Rewards are judged in the end: what they name may be read after them. */
    private final List<Reward> rewards = new ArrayList<>();

    private final Map<String, Long> statuses = new TreeMap<>();
    private final Findings faultsOfRecords = new Findings();

    /** What is kept of a critiqued completion; {@code number} is how many there are with its id. */
    private record Input(int number, long timestamp, Fingerprint carried, List<Fingerprint> critiques) {}

    /** What is kept of a reward; {@code version} names the model too. */
    private record Reward(
            String id,
            String status,
            @Nullable Double logit,
            @Nullable Double value,
            boolean hasReason,
            String version,
            String sha256,
            Fingerprint carried,
            @Nullable Fingerprint critique) {}

    /** What a manifest says of its rewards. */
    private record Version(
            String sha256, @Nullable Double mean, @Nullable Double deviation) {}

    RewardCheck(TopicCatalogue topics, SchemaSource schemas) {
        input = topics.critiquedCompletions().name();
        output = topics.rewards().name();
        checkpoints = topics.checkpoints().name();
        deadLetters = topics.deadLetters().name();
        inputs = new ValueReader(schemas, topics.critiquedCompletions().value());
        outputs = new ValueReader(schemas, topics.rewards().value());
        manifests = new ValueReader(schemas, topics.checkpoints().value());
        letters = new InputLetters(deadLetters, input, Set.of());
    }

    @Override
    public Set<String> topics() {
        return Set.of(input, output, checkpoints, deadLetters);
    }

    @Override
    public void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(input)) {
            takeInput(record);
        } else if (record.topic().equals(output)) {
            takeReward(record);
        } else if (record.topic().equals(checkpoints)) {
            manifests.read(record.value()).ifPresent(this::takeManifest); // what is none is LineageCheck's matter
        } else {
            letters.takeLetter(record);
        }
    }

    private void takeInput(ConsumerRecord<byte[], byte[]> record) {
        Optional<GenericRecord> value = inputs.read(record.value());
        letters.takeInput(record, value.isPresent());
        if (value.isEmpty()) {
            return;
        }
        GenericRecord completion = (GenericRecord) value.get().get("completion");
        List<Fingerprint> critiques = Flow.records(value.get(), "critiques").stream()
                .map(Fingerprint::of)
                .toList();
        Fingerprint carried = carried(completion, Flow.text(value.get(), "critiqueStatus"));
        in.merge(
                Flow.text(completion, "completionId"),
                new Input(1, record.timestamp(), carried, critiques),
                (first, next) -> new Input(first.number() + 1, first.timestamp(), first.carried(), first.critiques()));
    }

    private void takeReward(ConsumerRecord<byte[], byte[]> record) {
        Optional<GenericRecord> read = outputs.read(record.value());
        String where = Position.of(record).toString();
        if (read.isEmpty()) {
            faultsOfRecords.broken(Problem.UNREADABLE_OUTPUT, where);
            return;
        }
        GenericRecord value = read.get();
        String id = Flow.text(value, "completionId");
        if (record.key() == null || !new String(record.key(), StandardCharsets.UTF_8).equals(id)) {
            faultsOfRecords.broken(Problem.WRONG_KEY, where);
        }
        out.merge(id, 1, Integer::sum);
        String status = Flow.text(value, "status");
        statuses.merge(status, 1L, Long::sum);
        Object critique = value.get("critique");
        rewards.add(new Reward(
                id,
                status,
                (Double) value.get("logit"),
                (Double) value.get("value"),
                !Flow.text(value, "reason").isBlank(),
                Flow.text(value, "modelId") + "/" + Flow.text(value, "modelVersion"),
                Flow.text(value, "modelSha256"),
                carried(value, Flow.text(value, "critiqueStatus")),
                critique == null ? null : Fingerprint.of(critique)));
    }

    private void takeManifest(GenericRecord manifest) {
        versions.put(
                Flow.text(manifest, "modelId") + "/" + Flow.text(manifest, "versionId"),
                new Version(Flow.text(manifest, "sha256"), (Double) manifest.get("rewardMean"), (Double)
                        manifest.get("rewardDeviation")));
    }

    /** Of what a reward takes over from its completion; its attributes may be left out where they are large. */
    private static Fingerprint carried(GenericRecord record, String critiqueStatus) {
        return Fingerprint.of(
                critiqueStatus, record.get("policyVersion"), record.get("groupId"), Flow.text(record, "source"));
    }

    @Override
    public void judge(Findings findings, Retained retained) {
        findings.addAll(faultsOfRecords);
        in.forEach((id, completion) -> judgeNumber(id, completion, findings, retained));
        for (Reward reward : rewards) {
            judge(reward, findings, retained);
        }
        letters.judge(findings, retained, position -> 1);
        statuses.forEach((status, number) -> findings.count(output, status, number));
        findings.count(
                output,
                "model versions",
                rewards.stream().map(Reward::version).distinct().count());
    }

    private void judgeNumber(String id, Input completion, Findings findings, Retained retained) {
        int given = out.getOrDefault(id, 0);
        if (given < completion.number()) {
            findings.brokenUnless(
                    retained.mayLack(output, completion.timestamp()),
                    "outputs that were deleted",
                    Problem.MISSING_OUTPUT,
                    id);
        } else if (given > completion.number()) {
            findings.brokenUnless(
                    !retained.whole(input), "outputs of inputs that were deleted", Problem.DOUBLE_OUTPUT, id);
        }
    }

    private void judge(Reward reward, Findings findings, Retained retained) {
        Input completion = in.get(reward.id());
        if (completion == null) {
            findings.brokenUnless(
                    !retained.whole(input), "outputs of inputs that were deleted", Problem.EXTRA_OUTPUT, reward.id());
        } else if (!reward.carried().equals(completion.carried())
                || reward.critique() != null && !completion.critiques().contains(reward.critique())) {
            findings.broken(Problem.ALTERED_OUTPUT, reward.id());
        }
        if (!hasNumbersOfItsStatus(reward) || !isOfItsVersion(reward)) {
            findings.broken(Problem.WRONG_REWARD, reward.id());
        }
    }

    private static boolean hasNumbersOfItsStatus(Reward reward) {
        boolean explained = reward.status().equals("OK") || reward.hasReason();
        if (!SCORED.contains(reward.status())) {
            return reward.logit() == null && reward.value() == null && explained;
        }
        return explained
                && reward.logit() != null
                && Double.isFinite(reward.logit())
                && (reward.value() == null || Double.isFinite(reward.value()))
                && (!reward.status().equals("OK") || reward.critique() != null)
                && (!reward.status().equals("NO_CRITIQUE") || reward.critique() == null);
    }

    /** What has no number may name no version; what has one is of a version that was published, with that one's norms. */
    private boolean isOfItsVersion(Reward reward) {
        Double logit = reward.logit();
        if (logit == null) {
            return true;
        }
        Version version = versions.get(reward.version());
        if (version == null || !version.sha256().equals(reward.sha256())) {
            return false;
        }
        Double mean = version.mean();
        Double deviation = version.deviation();
        Double value = reward.value();
        if (mean == null || deviation == null) {
            return value == null;
        }
        double expected = (logit - mean) / deviation;
        return value != null && Math.abs(value - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
    }
}
