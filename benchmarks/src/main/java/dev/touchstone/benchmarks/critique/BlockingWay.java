package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.StreamsProperties;
import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.Ask;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.CriticObserver;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.time.Clock;
import java.time.Duration;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Kafka Streams as one writes it at first: the processor calls and waits, so that each thread has one call in flight. */
final class BlockingWay implements Way {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(60);

    @Override
    public AutoCloseable start(String run, CritiqueSettings settings, KafkaSettings kafka) {
        CriticClient client = new CriticClient(settings.critic(), Clock.systemUTC(), CriticObserver.NONE);
        KafkaStreams streams = new KafkaStreams(
                StageApp.topology(run, () -> new Caller(client)), StreamsProperties.of(settings, kafka));
        streams.start();
        return () -> streams.close(CLOSE_LIMIT);
    }

    private static final class Caller
            extends ContextualProcessor<String, Ask<CritiqueRequest, String>, String, Answer<String, CritiqueAnswer>> {
        private final CriticClient client;

        Caller(CriticClient client) {
            this.client = client;
        }

        @Override
        public void process(Record<String, Ask<CritiqueRequest, String>> record) {
            Ask<CritiqueRequest, String> ask = record.value();
            context().forward(record.withKey(ask.waiterId()).withValue(BlockingCall.answer(client, ask)));
        }
    }
}
