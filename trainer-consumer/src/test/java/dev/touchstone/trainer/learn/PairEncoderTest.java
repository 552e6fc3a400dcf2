package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.PlainFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.trainer.Pairs;
import dev.touchstone.trainer.learn.Example.Use;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PairEncoderTest {
    private static final List<Message> PROMPT = List.of(new Message("user", "Add 2 and 3."));

    private final InputFormat format = new PlainFormat(Tokenizer.builtIn(), 320);

    @Test
    void shouldReadNoCritiqueWhenOneSideHasNone() {
        PairEncoder encoder = new PairEncoder(format, new HeldOutSplit("s", 0), LabelConfig.DEFAULT, true);
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

        Example bare = new PairEncoder(format, new HeldOutSplit("s", 0), LabelConfig.DEFAULT, false).encode(both);

        assertThat(bare.critic()).isNull();
        assertThat(bare.text().chosen().critique()).isNull();
        assertThat(bare.pair())
                .isEqualTo(format.withoutCritiques(
                        new PairEncoder(format, new HeldOutSplit("s", 0), LabelConfig.DEFAULT, true)
                                .encode(both)
                                .pair()));
    }

    @Test
    void shouldTrainOnATieWithoutAMarginWhenTiesAreCentred() {
        LabelConfig centring = new LabelConfig(LabelConfig.Ties.CENTRE, 2);
        PairEncoder encoder = new PairEncoder(format, new HeldOutSplit("s", 0), centring, true);
        CritiquedPair tie = graded(Pairs.pair(PROMPT, "5", "6", Preference.TIE), 0.5, 1.5);

        Example example = encoder.encode(tie);

        assertThat(example.use()).isEqualTo(Use.TRAIN);
        assertThat(example.pair().tie()).isTrue();
        assertThat(example.pair().margin()).isZero();
        assertThat(encoder.encode(Pairs.pair(PROMPT, "5", "6", Preference.UNKNOWN))
                        .use())
                .isEqualTo(Use.SKIP);
    }

    @Test
    void shouldTrainOnNoTieWhenItsQuestionIsHeldOut() {
        LabelConfig centring = new LabelConfig(LabelConfig.Ties.CENTRE, 0);
        PairEncoder encoder = new PairEncoder(format, new HeldOutSplit("s", 0.999999), centring, true);

        assertThat(encoder.encode(Pairs.pair(PROMPT, "5", "6", Preference.TIE)).use())
                .isEqualTo(Use.SKIP);
    }

    @Test
    void shouldTakeTheMarginFromTheStrengthWhenThePairHasNoneOfItsOwn() {
        PairEncoder off = new PairEncoder(format, new HeldOutSplit("s", 0), LabelConfig.DEFAULT, true);
        PairEncoder on =
                new PairEncoder(format, new HeldOutSplit("s", 0), new LabelConfig(LabelConfig.Ties.SKIP, 3), true);
        CritiquedPair plain = Pairs.pair(PROMPT, "5", "6", Preference.CHOSEN);

        assertThat(margin(on, graded(plain, 0.25, null))).isEqualTo(0.75);
        assertThat(margin(on, graded(plain, 1.0, null))).isEqualTo(3);
        assertThat(margin(on, graded(plain, 1.0, 0.0))).isZero();
        assertThat(margin(on, graded(plain, 1.0, 0.5))).isEqualTo(0.5);
        assertThat(margin(on, plain)).isZero();
        assertThat(margin(off, graded(plain, 1.0, null))).isZero();
    }

    private static double margin(PairEncoder encoder, CritiquedPair pair) {
        Example example = encoder.encode(pair);
        assertThat(example.text().margin()).isEqualTo(example.pair().margin());
        return example.pair().margin();
    }

    private static CritiquedPair graded(CritiquedPair pair, @Nullable Double strength, @Nullable Double margin) {
        return CritiquedPair.newBuilder(pair)
                .setPair(PreferencePair.newBuilder(pair.getPair())
                        .setStrength(strength)
                        .setMargin(margin)
                        .build())
                .build();
    }

    @Test
    void shouldSkipWhenTheLabelPrefersNeitherSide() {
        PairEncoder holdingOutMost =
                new PairEncoder(format, new HeldOutSplit("s", 0.999999), LabelConfig.DEFAULT, true);

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
