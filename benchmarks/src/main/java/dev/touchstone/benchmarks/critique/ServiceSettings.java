package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.asyncstage.Limits;
import dev.touchstone.critique.asyncstage.StageSettings;
import dev.touchstone.critique.critic.CriticSettings;
import dev.touchstone.critique.critic.Prices;
import dev.touchstone.critique.critic.StructuredOutput;
import dev.touchstone.schemas.TopicCatalogue;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** The service's settings: its defaults, except for what a run names. */
final class ServiceSettings {
    static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private ServiceSettings() {}

    static CriticSettings critic(URI baseUrl) {
        return new CriticSettings(
                baseUrl, "fake", null, PATIENCE, 0, 400, StructuredOutput.JSON_SCHEMA, Prices.NONE, 1);
    }

    /**
     * Settings of one run.
     *
     * @param run its name: prefix of topics and of the application's id
     * @param folder for state
     * @param inFlight calls at once
     * @param threads stream threads
     */
    static CritiqueSettings of(String run, Path folder, CriticSettings critic, int inFlight, int threads) {
        StageSettings stage = new StageSettings(
                1_000,
                6,
                Duration.ofHours(1),
                PATIENCE.multipliedBy(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofMillis(100),
                Duration.ofDays(7),
                100_000);
        return new CritiqueSettings(
                new TopicCatalogue(run + "."),
                critic,
                1_000,
                Limits.inFlight(inFlight),
                stage,
                folder.resolve("state-" + run),
                "bench",
                COMMIT_INTERVAL,
                threads,
                0,
                1,
                262_144,
                Duration.ofDays(7));
    }
}
