package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.CritiqueSettings;
import dev.touchstone.critique.asyncstage.Ask;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.CriticObserver;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.schemas.kafka.KafkaSettings;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Confluent's parallel consumer, without order, with results and offsets in one transaction: the mode that promises what the
 * stage promises. Each worker thread calls and waits.
 *
 * @param eager whether calls may begin while a transaction is being committed; by default it does not let them
 */
record ParallelConsumerWay(boolean eager) implements Way {
    @Override
    public AutoCloseable start(String run, CritiqueSettings settings, KafkaSettings kafka) {
        CriticClient client = new CriticClient(settings.critic(), Clock.systemUTC(), CriticObserver.NONE);
        Map<String, Object> reading = kafka.byteConsumer();
        reading.put(ConsumerConfig.GROUP_ID_CONFIG, run);
        Map<String, Object> writing = kafka.byteProducer();
        writing.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, run);
        ParallelStreamProcessor<byte[], byte[]> consumer =
                ParallelStreamProcessor.createEosStreamProcessor(ParallelConsumerOptions.<byte[], byte[]>builder()
                        .consumer(new KafkaConsumer<>(reading))
                        .producer(new KafkaProducer<>(writing))
                        .ordering(ProcessingOrder.UNORDERED)
                        .commitMode(CommitMode.PERIODIC_TRANSACTIONAL_PRODUCER)
                        .commitInterval(settings.commitInterval())
                        .allowEagerProcessingDuringTransactionCommit(eager)
                        .maxConcurrency(settings.limits().inFlight())
                        .build());
        consumer.subscribe(List.of(Bed.input(run)));
        consumer.pollAndProduce(context -> {
            Ask<CritiqueRequest, String> ask = Work.ASKS.deserialize(
                    Bed.input(run), context.getSingleConsumerRecord().value());
            return new ProducerRecord<>(
                    Bed.output(run),
                    ask.waiterId().getBytes(StandardCharsets.UTF_8),
                    Work.ANSWERS.serialize(Bed.output(run), BlockingCall.answer(client, ask)));
        });
        return consumer::closeDontDrainFirst;
    }
}
