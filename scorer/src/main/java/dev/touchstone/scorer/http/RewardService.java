package dev.touchstone.scorer.http;

import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.scorer.ScorerMetrics;
import dev.touchstone.scorer.model.ModelInput;
import dev.touchstone.scorer.model.VersionKey;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.ScoredBatch;
import dev.touchstone.scorer.scoring.ScoringEngine;
import dev.touchstone.scorer.scoring.VersionSource;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Thread-safe. Our own way of asking for rewards, without what HTTP has to do with it. */
public final class RewardService {
    /** The part of a request's time after which the critic is waited for no longer, so that there is time to score without. */
    private static final double CRITIC_SHARE = 0.8;

    private final ScoringEngine engine;
    private final VersionSource versions;
    private final CriticisedScoring stream;
    private final ScorerMetrics metrics;
    private final Clock clock;
    private final Supplier<UUID> newIds;
    private final RecentAnswers answers = new RecentAnswers();

    /**
     * How a request is to be answered.
     *
     * @param critique where critiques come from
     * @param version name of the version that is to score; null for the one that serves
     * @param deadline how long the client waits
     * @param idempotencyKey the same for a request that is sent again; null if the client does not call it anything
     */
    public record Options(
            CritiqueMode critique,
            @Nullable String version,
            Duration deadline,
            @Nullable String idempotencyKey) {}

    /**
     * @param engine what scores
     * @param versions finds versions that are asked for by name
     * @param stream the way over the critic
     * @param metrics where outcomes are counted
     * @param clock what time it is
     * @param newIds of completions, each another one
     */
    public RewardService(
            ScoringEngine engine,
            VersionSource versions,
            CriticisedScoring stream,
            ScorerMetrics metrics,
            Clock clock,
            Supplier<UUID> newIds) {
        this.engine = engine;
        this.versions = versions;
        this.stream = stream;
        this.metrics = metrics;
        this.clock = clock;
        this.newIds = newIds;
    }

    /**
     * The rewards of a request.
     *
     * @param body what the request was read from
     * @return fails with {@link java.util.concurrent.TimeoutException} at the deadline; cancel it if nobody waits any more
     */
    public CompletableFuture<RewardsResponse> answer(RewardsRequest request, byte[] body, Options options) {
        String key = options.idempotencyKey();
        if (key == null) {
            return rewards(request, options);
        }
        String fingerprint = Ids.contentHash(
                "request",
                List.of(new String(body, StandardCharsets.ISO_8859_1)),
                List.of(options.critique().name(), String.valueOf(options.version())));
        return answers.once(key, fingerprint, () -> rewards(request, options));
    }

    private CompletableFuture<RewardsResponse> rewards(RewardsRequest request, Options options) {
        return options.critique() == CritiqueMode.STREAM ? streamed(request, options) : scored(request, options);
    }

    private CompletableFuture<RewardsResponse> scored(RewardsRequest request, Options options) {
        List<Candidate> candidates = request.items().stream()
                .map(RewardItem::candidate)
                .map(options.critique() == CritiqueMode.NONE ? RewardService::withoutCritique : candidate -> candidate)
                .toList();
        VersionKey version = options.version() == null ? null : required(options.version(), options.deadline());
        CompletableFuture<ScoredBatch> batch = engine.tryScore(version, candidates)
                .orTimeout(options.deadline().toMillis(), TimeUnit.MILLISECONDS);
        return handingOnCancellation(
                batch.thenApply(scored -> {
                    metrics.given(scored.outcomes());
                    return RewardsResponse.of(request, scored);
                }),
                List.of(batch));
    }

    private VersionKey required(String name, Duration patience) {
        VersionKey version = versions.resolve(name);
        try {
            versions.require(version, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a version was loaded", e);
        }
        return version;
    }

    private static Candidate withoutCritique(Candidate candidate) {
        return new Candidate(candidate.text(), null, "The request wants none.");
    }

    private CompletableFuture<RewardsResponse> streamed(RewardsRequest request, Options options) {
        for (RewardItem item : request.items()) {
            if (item.candidate().critique() != null) {
                throw ApiException.badRequest(
                        "invalid_field", "An item has a critique: leave it out where the critic is to be asked.");
            }
        }
        // The version itself: an alias may move on the way.
        String version = options.version() == null
                ? null
                : versions.resolve(options.version()).toString();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Duration critic = Duration.ofMillis((long) (options.deadline().toMillis() * CRITIC_SHARE));
        List<CompletableFuture<Reward>> rewards = new ArrayList<>();
        for (RewardItem item : request.items()) {
            Completion completion = Completion.newBuilder()
                    .setCompletionId(id(options.idempotencyKey(), rewards.size()))
                    .setPrompt(((ModelInput.Conversation) item.candidate().text()).prompt())
                    .setCompletion(item.candidate().text().completion())
                    .setModelVersion(version)
                    .setDeadline(now.plus(critic))
                    .setSource("http")
                    .setCreatedAt(now)
                    .build();
            rewards.add(stream.reward(completion, options.deadline()));
        }
        return handingOnCancellation(
                CompletableFuture.allOf(rewards.toArray(CompletableFuture[]::new))
                        .thenApply(all -> RewardsResponse.of(
                                request,
                                rewards.stream().map(CompletableFuture::join).toList())),
                rewards);
    }

    private UUID id(@Nullable String key, int item) {
        return key == null ? newIds.get() : Ids.ofForeign("http", key + "/" + item);
    }

    private static CompletableFuture<RewardsResponse> handingOnCancellation(
            CompletableFuture<RewardsResponse> answer, List<? extends CompletableFuture<?>> parts) {
        answer.whenComplete((response, error) -> {
            if (error != null) {
                parts.forEach(part -> part.cancel(false));
            }
        });
        return answer;
    }
}
