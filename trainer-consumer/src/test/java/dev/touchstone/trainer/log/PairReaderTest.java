package dev.touchstone.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.text.PlainFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.trainer.Pairs;
import dev.touchstone.trainer.learn.HeldOutSplit;
import dev.touchstone.trainer.learn.LabelConfig;
import dev.touchstone.trainer.learn.PairEncoder;
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
        assertThat(read("Add 1 and 2.")).isInstanceOf(LogItem.Usable.class);
    }

    private static LogItem read(String prompt) {
        CritiquedPair pair = Pairs.pair(List.of(new Message("user", prompt)), "3", "4", Preference.CHOSEN);
        try (PlainFormat format = new PlainFormat(Tokenizer.builtIn(), 128)) {
            PairEncoder encoder = new PairEncoder(format, new HeldOutSplit("salt", 0.1), LabelConfig.DEFAULT, true);
            RecordDecoder<CritiquedPair> decoder = new RecordDecoder<>(CritiquedPair.class, (topic, bytes) -> pair);
            return new PairReader(decoder, encoder).read(new ConsumerRecord<>("pairs", 0, 7, new byte[0], VALUE));
        }
    }
}
