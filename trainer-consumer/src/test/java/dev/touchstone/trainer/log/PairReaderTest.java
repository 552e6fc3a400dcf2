package dev.touchstone.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.text.PlainFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.telemetry.Tracing;
import dev.touchstone.schemas.v1.BatchCut;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.trainer.Pairs;
import dev.touchstone.trainer.learn.HeldOutSplit;
import dev.touchstone.trainer.learn.LabelConfig;
import dev.touchstone.trainer.learn.PairEncoder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class PairReaderTest {

    private static final byte[] VALUE = {1, 2, 3};

    @Test
    void shouldPutAPairAsideWhenItsPromptIsTooLongForTheModel() {
        LogItem item = read("word ".repeat(400));
        assertThat(item).isInstanceOfSatisfying(LogItem.Dead.class, dead -> {
            assertThat(dead.reason()).isEqualTo(DeadLetterReason.INVALID);
            assertThat(dead.detail()).contains("tokens");
            assertThat(dead.record().value()).isEqualTo(VALUE);
        });
    }

    @Test
    void shouldUseAPairWhenItFits() {
        assertThat(read("Add 1 and 2."))
                .isInstanceOfSatisfying(
                        LogItem.Usable.class,
                        pair -> assertThat(pair.trace().isValid()).isFalse());
    }

    @Test
    void shouldKnowTheTraceOfAPairWhenRecordsAreTraced() {
        LogItem item =
                read("Add 1 and 2.", Tracing.of(OpenTelemetrySdk.builder().build()));
        Cut cut = new Cut(List.of(), List.of(item), BatchCut.IDLE);
        assertThat(cut.traces()).singleElement().satisfies(trace -> {
            assertThat(trace.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
            assertThat(trace.getSpanId()).isEqualTo("b7ad6b7169203331");
        });
    }

    private static LogItem read(String prompt) {
        return read(prompt, Tracing.OFF);
    }

    private static LogItem read(String prompt, Tracing tracing) {
        CritiquedPair pair = Pairs.pair(List.of(new Message("user", prompt)), "3", "4", Preference.CHOSEN);
        try (PlainFormat format = new PlainFormat(Tokenizer.builtIn(), 128)) {
            PairEncoder encoder = new PairEncoder(format, new HeldOutSplit("salt", 0.1), LabelConfig.DEFAULT, true);
            RecordDecoder<CritiquedPair> decoder = new RecordDecoder<>(CritiquedPair.class, (topic, bytes) -> pair);
            ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("pairs", 0, 7, new byte[0], VALUE);
            record.headers()
                    .add(
                            "traceparent",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".getBytes(StandardCharsets.UTF_8));
            return new PairReader(decoder, encoder, tracing).read(record);
        }
    }
}
