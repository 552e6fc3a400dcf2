package dev.touchstone.scorer.stream;

import static dev.touchstone.scorer.Fixtures.critiqued;
import static dev.touchstone.scorer.Fixtures.id;
import static dev.touchstone.scorer.Fixtures.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.DeadLetters;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.Fixtures;
import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.ScriptedModel;
import dev.touchstone.scorer.model.VersionKey;
import dev.touchstone.scorer.scoring.ScoringEngine;
import dev.touchstone.scorer.scoring.VersionSource;
import dev.touchstone.scorer.scoring.VersionUnavailableException;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.TestCluster;
import dev.touchstone.testkit.topics.Records;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loop on a real broker and a real registry, with a scripted model. */
@OnTestCluster
@SuppressWarnings("FutureReturnValueIgnored")
class RewardLoopTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final AtomicInteger PREFIX = new AtomicInteger();

    private final KafkaSettings settings = TestCluster.shared().settings();
    private final String prefix = "loop" + PREFIX.incrementAndGet() + ".";
    private final TopicCatalogue topics = TestCluster.shared().topics(prefix);
    private final ScorerMetrics metrics = new ScorerMetrics(new SimpleMeterRegistry());
    private final ScoringEngine engine = new ScoringEngine(1_000, 1, metrics);
    private final Loaded versions = new Loaded(engine, new ConcurrentLinkedQueue<>());
    private final List<RewardLoop> loops = new ArrayList<>();
    private final List<CompletableFuture<Void>> runs = new ArrayList<>();

    @AfterEach
    void stop() {
        loops.forEach(RewardLoop::close);
        runs.forEach(run -> await().atMost(LIMIT).until(run::isDone));
        engine.close();
    }

    @Test
    void shouldTypeEveryOutcomeWhenCompletionsDiffer() {
        install(5);
        send(critiqued(1, "It is 4."));
        send(Fixtures.uncritiqued(2, "It is 4."));
        send(critiqued(3, "LONG"));
        send(critiqued(4, " "));
        send(critiqued(5, "NAN"));
        send(critiqued(6, "BOOM"));
        send(critiqued(7, "It is 4.", "critic-b"));
        start("a", KafkaProducer::new);

        Map<Integer, Reward> rewards = awaitRewards(7);
        Reward ok = rewards.get(1);
        assertThat(ok.getStatus()).isEqualTo(RewardStatus.OK);
        assertThat(ok.getReason()).isNull();
        assertThat(ok.getLogit()).isEqualTo(5.0);
        assertThat(ok.getValue()).isEqualTo(2.0);
        assertThat(ok.getModelVersion()).isEqualTo("v5");
        assertThat(ok.getModelSha256()).isEqualTo("sha-v5");
        assertThat(ok.getCritique().getText()).isEqualTo("The answer is right.");
        assertThat(ok.getCritiqueStatus()).isEqualTo(CritiqueStatus.CRITIQUED);
        assertThat(ok.getPolicyVersion()).isEqualTo("policy-7");
        assertThat(ok.getAttributes()).containsEntry("task", "sum");
        assertThat(ok.getScoredAt()).isEqualTo(Fixtures.NOW);
        assertThat(rewards.get(2)).satisfies(r -> {
            assertThat(r.getStatus()).isEqualTo(RewardStatus.NO_CRITIQUE);
            assertThat(r.getReason()).contains("OVER_BUDGET").contains("money is spent");
            assertThat(r.getLogit()).isEqualTo(5.0);
            assertThat(r.getCritique()).isNull();
        });
        assertThat(rewards.get(3).getStatus()).isEqualTo(RewardStatus.TOO_LONG_TRUNCATED);
        assertThat(rewards.get(3).getLogit()).isEqualTo(5.0);
        for (int unscored : new int[] {4, 5, 6}) {
            assertThat(rewards.get(unscored).getStatus())
                    .isEqualTo(unscored == 4 ? RewardStatus.INVALID : RewardStatus.FAILED);
            assertThat(rewards.get(unscored).getLogit()).isNull();
            assertThat(rewards.get(unscored).getValue()).isNull();
            assertThat(rewards.get(unscored).getReason()).isNotBlank();
        }
        assertThat(rewards.get(7).getStatus()).isEqualTo(RewardStatus.NO_CRITIQUE);
        assertThat(rewards.get(7).getReason()).contains("withheld").contains("critic-b");
        assertThat(rewards.get(7).getCritique()).isNull();
    }

    @Test
    void shouldScoreByTheVersionThatACompletionAsksForAndByNoOther() {
        install(5);
        engine.place(model(7)).join();
        send(critiqued(1, "It is 4."));
        send(wanting("v7", critiqued(2, "It is 4.")));
        send(wanting("v5", critiqued(3, "It is 4.")));
        CritiquedCompletion lost = wanting("v6", critiqued(4, "It is 4."));
        // Older than any news of a version that may still come.
        Records.sendRecord(
                settings,
                new ProducerRecord<>(
                        topics.critiquedCompletions().name(),
                        null,
                        Fixtures.NOW.minusSeconds(60).toEpochMilli(),
                        bytes(id(4).toString()),
                        settings.valueSerializer()
                                .serialize(topics.critiquedCompletions().name(), lost)));
        start("a", KafkaProducer::new);
        Map<Integer, Reward> rewards = awaitRewards(4);
        assertThat(rewards.get(1).getModelVersion()).isEqualTo("v5");
        assertThat(rewards.get(2).getModelVersion()).isEqualTo("v7");
        assertThat(rewards.get(2).getLogit()).isEqualTo(7.0);
        assertThat(rewards.get(3).getModelVersion()).isEqualTo("v5");
        assertThat(rewards.get(4)).satisfies(r -> {
            assertThat(r.getStatus()).isEqualTo(RewardStatus.FAILED);
            assertThat(r.getReason()).contains("v6");
            assertThat(r.getLogit()).isNull();
            assertThat(r.getModelVersion()).isNull();
        });
    }

    @Test
    void shouldWaitWhenNewsOfAVersionMayStillCome() {
        install(5);
        send(wanting("v8", critiqued(1, "It is 4.")));
        start("a", KafkaProducer::new);
        await().atMost(LIMIT).until(() -> versions.asked().contains("v8"));
        assertThat(Records.readAll(settings, topics.rewards().name(), Reward.class))
                .isEmpty();
        engine.place(model(8)).join();
        assertThat(awaitRewards(1).get(1).getModelVersion()).isEqualTo("v8");
    }

    @Test
    void shouldCarryKeyAndHeadersAlongWhenItScores() {
        install(1);
        ProducerRecord<byte[], byte[]> record = record();
        record.headers().add("traceparent", bytes("00-abc-def-01")).add("ce_type", bytes("old"));
        send(record);
        start("a", KafkaProducer::new);
        awaitRewards(1);
        ConsumerRecord<byte[], byte[]> reward =
                Records.readAll(settings, topics.rewards().name()).get(0);
        assertThat(new String(reward.key(), StandardCharsets.UTF_8)).isEqualTo(id(1).toString());
        assertThat(header(reward, "traceparent")).isEqualTo("00-abc-def-01");
        assertThat(header(reward, "ce_type")).isEqualTo("dev.touchstone.reward");
        assertThat(header(reward, "ce_source")).isEqualTo("/touchstone/scorer");
    }

    @Test
    void shouldGoOnWithTheTraceWhenRecordsAreTraced() {
        install(1);
        InMemorySpanExporter spans = InMemorySpanExporter.create();
        Tracing tracing = Tracing.of(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .build());
        ProducerRecord<byte[], byte[]> record = record();
        tracing.sending(record.topic(), record.headers()).end();
        send(record);
        start(settings.with(tracing), "a", KafkaProducer::new);
        awaitRewards(1);

        SpanData sent = spans.getFinishedSpanItems().get(0);
        SpanData score = spans.getFinishedSpanItems().get(1);
        assertThat(score.getName()).isEqualTo("score");
        assertThat(score.getTraceId()).isEqualTo(sent.getTraceId());
        assertThat(score.getParentSpanId()).isEqualTo(sent.getSpanId());
        assertThat(score.getAttributes().get(AttributeKey.stringKey(Tracing.COMPLETION_ID)))
                .isEqualTo(id(1).toString());
        assertThat(score.getAttributes().get(AttributeKey.stringKey(Tracing.MODEL_VERSION)))
                .isEqualTo("v1");
        ConsumerRecord<byte[], byte[]> reward =
                Records.readAll(settings, topics.rewards().name()).get(0);
        assertThat(header(reward, "traceparent"))
                .isEqualTo("00-" + score.getTraceId() + "-" + score.getSpanId() + "-01");
    }

    @Test
    void shouldShowOneRewardEachWhenATransactionIsTakenBack() {
        install(1);
        for (int i = 0; i < 40; i++) {
            send(critiqued(i, "It is 4."));
        }
        AtomicInteger commits = new AtomicInteger();
        start("a", failingAtCommit(commits, 2, new KafkaException("scripted")));
        awaitRewards(40);
        assertThat(commits.get()).as("commits that were tried").isGreaterThan(2);
        assertThat(writtenRewards())
                .as("rewards on the topic, those of taken back transactions too")
                .isGreaterThan(40);
    }

    @Test
    void shouldShowOneRewardEachWhenTheProcessDiesBeforeTheCommit() {
        install(1);
        for (int i = 0; i < 40; i++) {
            send(critiqued(i, "It is 4."));
        }
        CompletableFuture<Void> first =
                start("a", failingAtCommit(new AtomicInteger(), 1, new AssertionError("killed")));
        await().atMost(LIMIT).until(first::isCompletedExceptionally);
        start("a", KafkaProducer::new);
        awaitRewards(40);
        for (int i = 40; i < 60; i++) {
            send(critiqued(i, "It is 4."));
        }
        awaitRewards(60);
        assertThat(writtenRewards())
                .as("rewards on the topic, those of the dead process too")
                .isGreaterThan(60);
    }

    @Test
    void shouldGoOnWhereItStoppedWhenItIsStartedAgain() {
        install(1);
        send(critiqued(1, "It is 4."));
        start("a", KafkaProducer::new);
        awaitRewards(1);
        loops.get(0).close();
        await().atMost(LIMIT).until(runs.get(0)::isDone);
        send(critiqued(2, "It is 4."));
        start("a", KafkaProducer::new);
        awaitRewards(2);
    }

    @Test
    void shouldSayWhoIsInTheWayWhenAnotherInstanceHasItsId() {
        install(1);
        CompletableFuture<Void> first = start("a", KafkaProducer::new);
        send(critiqued(1, "It is 4."));
        awaitRewards(1);
        start("a", KafkaProducer::new);
        send(critiqued(2, "It is 4."));
        await().atMost(LIMIT).until(first::isCompletedExceptionally);
        assertThat(first.handle((ok, error) -> error.getCause()).join())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("touchstone.instance-id");
        awaitRewards(2);
    }

    @Test
    void shouldSendADeadLetterAndGoOnWhenBytesAreNoRecord() {
        install(1);
        byte[] key = bytes("some key");
        byte[] value = bytes("no avro");
        send(critiqued(1, "It is 4."));
        Records.sendBytes(settings, topics.critiquedCompletions().name(), key, value);
        send(critiqued(2, "It is 4."));
        start("a", KafkaProducer::new);
        awaitRewards(2);
        List<ConsumerRecord<byte[], byte[]>> dead = await().atMost(LIMIT)
                .until(() -> Records.readAll(settings, topics.deadLetters().name()), list -> !list.isEmpty());
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).key()).isEqualTo(key);
        assertThat(dead.get(0).value()).isEqualTo(value);
        assertThat(header(dead.get(0), DeadLetters.REASON)).isEqualTo("UNDECODABLE");
        assertThat(header(dead.get(0), DeadLetters.SERVICE)).isEqualTo("scorer");
        assertThat(header(dead.get(0), DeadLetters.TOPIC))
                .isEqualTo(topics.critiquedCompletions().name());
    }

    @Test
    void shouldTakeNothingWhenNoModelServes() {
        send(critiqued(1, "It is 4."));
        start("a", KafkaProducer::new);
        await().during(Duration.ofSeconds(3))
                .atMost(LIMIT)
                .until(() -> Records.readAll(settings, topics.rewards().name()).isEmpty());
        install(3);
        assertThat(awaitRewards(1).get(1).getLogit()).isEqualTo(3.0);
    }

    @Test
    void shouldMixNoVersionsWhenModelsAreExchangedWhileRecordsFlow() {
        install(1);
        start("a", KafkaProducer::new);
        List<ScriptedModel> models = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            send(critiqued(i, "It is 4."));
            if (i % 5 == 0) {
                ScriptedModel model = model(i + 2);
                models.add(model);
                engine.install(model).join();
            }
        }
        Map<Integer, Reward> rewards = awaitRewards(200);
        assertThat(rewards.values()).allSatisfy(reward -> {
            assertThat(reward.getStatus()).isEqualTo(RewardStatus.OK);
            assertThat("v" + Math.round(reward.getLogit())).isEqualTo(reward.getModelVersion());
        });
        assertThat(rewards.values().stream().map(Reward::getModelVersion).distinct())
                .hasSizeGreaterThan(1);
        assertThat(models.subList(0, models.size() - 1)).allMatch(ScriptedModel::isClosed);
    }

    @Test
    void shouldShareTheWorkWhenThereAreTwoInstances() {
        install(1);
        start("a", KafkaProducer::new);
        start("b", KafkaProducer::new);
        for (int i = 0; i < 60; i++) {
            send(critiqued(i, "It is 4."));
        }
        awaitRewards(60);
        loops.get(0).close();
        await().atMost(LIMIT).until(runs.get(0)::isDone);
        for (int i = 60; i < 80; i++) {
            send(critiqued(i, "It is 4."));
        }
        awaitRewards(80);
    }

    @Test
    void shouldLeaveOutCritiqueAndAttributesWhenTheRewardWouldNotFit() {
        install(1);
        CritiquedCompletion large = critiqued(1, "It is 4.");
        large = CritiquedCompletion.newBuilder(large)
                .setCompletion(Completion.newBuilder(large.getCompletion())
                        .setAttributes(Map.of("large", "x".repeat(RewardRecords.LARGEST + 100)))
                        .build())
                .build();
        // As large as the topic takes: beyond what the scorer itself sends.
        send(large);
        start("a", KafkaProducer::new);
        Reward reward = awaitRewards(1).get(1);
        assertThat(reward.getStatus()).isEqualTo(RewardStatus.OK);
        assertThat(reward.getAttributes()).isEmpty();
        assertThat(reward.getReason()).contains("left out");
    }

    private static CritiquedCompletion wanting(String version, CritiquedCompletion critiqued) {
        return CritiquedCompletion.newBuilder(critiqued)
                .setCompletion(Completion.newBuilder(critiqued.getCompletion())
                        .setModelVersion(version)
                        .build())
                .build();
    }

    /** Knows what the engine has. */
    private record Loaded(ScoringEngine engine, Queue<String> asked) implements VersionSource {
        @Override
        public VersionKey resolve(String name) {
            asked.add(name);
            VersionKey version = new VersionKey(Fixtures.MODEL, name);
            if (!engine.has(version)) {
                throw new VersionUnavailableException(
                        VersionUnavailableException.Because.UNKNOWN, "There is no " + name + ".");
            }
            return version;
        }

        @Override
        public void require(VersionKey version, Duration patience) {}
    }

    private void install(long step) {
        engine.install(model(step)).join();
    }

    private static ScriptedModel model(long step) {
        return new ScriptedModel(manifest("v" + step, step, "file:///none", "sha-v" + step));
    }

    private CompletableFuture<Void> start(
            String instance, Function<Map<String, Object>, Producer<byte[], byte[]>> producers) {
        return start(settings, instance, producers);
    }

    private CompletableFuture<Void> start(
            KafkaSettings kafka, String instance, Function<Map<String, Object>, Producer<byte[], byte[]>> producers) {
        RewardLoop loop = new RewardLoop(
                kafka,
                prefix,
                instance,
                engine,
                versions,
                metrics,
                Clock.fixed(Fixtures.NOW, ZoneOffset.UTC),
                producers);
        loops.add(loop);
        CompletableFuture<Void> run =
                CompletableFuture.runAsync(loop, command -> new Thread(command, "loop-" + instance).start());
        runs.add(run);
        return run;
    }

    /** Real producers, but the first commits fail; an Error stands for a kill: nothing is taken back, nothing closed. */
    private static Function<Map<String, Object>, Producer<byte[], byte[]>> failingAtCommit(
            AtomicInteger commits, int failures, Throwable failure) {
        return config -> {
            Producer<byte[], byte[]> real = new KafkaProducer<>(config);
            @SuppressWarnings("unchecked")
            Producer<byte[], byte[]> failing = (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                    Producer.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("commitTransaction") && commits.incrementAndGet() <= failures) {
                            real.flush();
                            throw failure;
                        }
                        if (method.getName().equals("close") && failure instanceof Error) {
                            return null;
                        }
                        try {
                            return method.invoke(real, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
            return failing;
        };
    }

    /** A critiqued completion as a record, still to be sent. */
    private ProducerRecord<byte[], byte[]> record() {
        String topic = topics.critiquedCompletions().name();
        byte[] value = settings.valueSerializer().serialize(topic, critiqued(1, "It is 4."));
        return new ProducerRecord<>(topic, bytes(id(1).toString()), value);
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        try (Producer<byte[], byte[]> producer = new KafkaProducer<>(settings.byteProducer())) {
            producer.send(record);
        }
    }

    private void send(CritiquedCompletion value) {
        Records.send(
                settings,
                topics.critiquedCompletions().name(),
                value.getCompletion().getCompletionId().toString(),
                value);
    }

    /** Waits for so many rewards, and asserts that there is exactly one for each number. */
    private Map<Integer, Reward> awaitRewards(int count) {
        List<Reward> rewards = await().atMost(LIMIT)
                .until(
                        () -> Records.readAll(settings, topics.rewards().name(), Reward.class),
                        list -> list.size() >= count);
        assertThat(rewards).hasSize(count);
        return rewards.stream()
                .collect(Collectors.toMap(r -> (int) r.getCompletionId().getLeastSignificantBits(), r -> r));
    }

    private int writtenRewards() {
        Map<String, Object> config = settings.byteConsumer();
        config.put("isolation.level", "read_uncommitted");
        try (var consumer = new KafkaConsumer<byte[], byte[]>(config)) {
            var partitions = consumer.partitionsFor(topics.rewards().name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            int count = 0;
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                count += consumer.poll(Duration.ofMillis(100)).count();
            }
            return count;
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
