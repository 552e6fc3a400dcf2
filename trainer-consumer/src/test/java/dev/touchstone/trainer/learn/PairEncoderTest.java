package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.PlainFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.trainer.Pairs;
import dev.touchstone.trainer.learn.Example.Use;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairEncoderTest {
    private static final List<Message> PROMPT = List.of(new Message("user", "Add 2 and 3."));

    private final InputFormat format = new PlainFormat(Tokenizer.builtIn(), 320);

    @Test
    void shouldReadNoCritiqueWhenOneSideHasNone() {
        PairEncoder encoder = new PairEncoder(format, new HeldOutSplit("s", 0), true);
        CritiquedPair both = Pairs.pair(PROMPT, "5", "6", Preference.CHOSEN);
        CritiquedPair one =
                CritiquedPair.newBuilder(both).setRejectedCritiques(List.of()).build();

        Example bare = encoder.encode(one);

        assertThat(bare.critic()).isNull();
        assertThat(bare.pair())
                .isEqualTo(format.withoutCritiques(encoder.encode(both).pair()));
        assertThat(bare.pair()).isNotEqualTo(encoder.encode(both).pair());
    }

    @Test
    void shouldReadNoCritiqueWhenTheModelIsToSeeNone() {
        CritiquedPair both = Pairs.pair(PROMPT, "5", "6", Preference.CHOSEN);

        Example bare = new PairEncoder(format, new HeldOutSplit("s", 0), false).encode(both);

        assertThat(bare.critic()).isNull();
        assertThat(bare.text().chosen().critique()).isNull();
        assertThat(bare.pair())
                .isEqualTo(format.withoutCritiques(new PairEncoder(format, new HeldOutSplit("s", 0), true)
                        .encode(both)
                        .pair()));
    }

    @Test
    void shouldSkipWhenTheLabelPrefersNeitherSide() {
        PairEncoder holdingOutMost = new PairEncoder(format, new HeldOutSplit("s", 0.999999), true);

        assertThat(holdingOutMost
                        .encode(Pairs.pair(PROMPT, "5", "6", Preference.TIE))
                        .use())
                .isEqualTo(Use.SKIP);
        assertThat(holdingOutMost
                        .encode(Pairs.pair(PROMPT, "5", "6", Preference.UNKNOWN))
                        .use())
                .isEqualTo(Use.SKIP);
        assertThat(holdingOutMost
                        .encode(Pairs.pair(PROMPT, "5", "6", Preference.CHOSEN))
                        .use())
                .isEqualTo(Use.HOLD_OUT);
    }
}
