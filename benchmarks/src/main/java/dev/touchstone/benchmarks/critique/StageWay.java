package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.CriticObserver;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Clock;

/** Ours. */
final class StageWay implements Way {
    @Override
    public AutoCloseable start(String run, CritiqueSettings settings, KafkaSettings kafka) {
        return new StageApp(
                run,
                settings,
                kafka,
                new CriticClient(settings.critic(), Clock.systemUTC(), CriticObserver.NONE),
                event -> {});
    }
}
