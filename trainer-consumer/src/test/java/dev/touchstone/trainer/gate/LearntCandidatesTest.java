package dev.touchstone.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.trainer.learn.Example;
import dev.touchstone.trainer.learn.HeldOutPair;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.learn.MicroBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real models before the gate: one that learnt what makes an answer better, and one that only learnt that longer wins. */
class LearntCandidatesTest {
    private static final int BATCH = 16;

    @BeforeAll
    static void startTorch() {
        Torch.start(1);
    }

    @Test
    void shouldPromoteWhatLearntTheTaskAndRejectWhatOnlyLearntLength() {
        try (Learner champion = learnt(anything(BATCH, 1, 8, 8));
                Learner honest = learnt(polite(60 * BATCH, 2, 0.5));
                Learner cheat = learnt(anything(60 * BATCH, 3, 12, 4))) {
            List<HeldOutPair> fresh = heldOut(champion, polite(400, 4, 0.75));
            List<HeldOutPair> atHand = heldOut(champion, polite(256, 5, 0.75));
            Gate gate = new Gate(GateConfig.defaults(), champion::rewards);
            Evidence begin = Evidence.against("champion");

            Ruling promoted = gate.look(begin, honest::rewards, fresh, atHand);
            assertThat(promoted.decision()).as("%s", promoted.reasons()).isEqualTo(GateDecision.PROMOTED);

            Ruling rejected = gate.look(begin, cheat::rewards, fresh, atHand);
            assertThat(rejected.decision()).as("%s", rejected.reasons()).isEqualTo(GateDecision.REJECTED);
            // On this stream, where longer is mostly better, it does beat the champion; the slice tells.
            assertThat(rejected.checks())
                    .filteredOn(Check::failed)
                    .extracting(Check::name)
                    .contains("slice.hard", "lengthCorrelation")
                    .doesNotContain("paired");
        }
    }

    /** The better side is the polite one; it is the longer one in a share of pairs. */
    private static List<CritiquedPair> polite(int count, long seed, double longer) {
        Random random = new Random(seed);
        List<CritiquedPair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean chosenLonger = random.nextDouble() < longer;
            pairs.add(pair(
                    seed,
                    i,
                    "kindly " + filler(random, chosenLonger ? 12 : 4),
                    "rudely " + filler(random, chosenLonger ? 4 : 12)));
        }
        return pairs;
    }

    /** The better side is better for its number of words alone. */
    private static List<CritiquedPair> anything(int count, long seed, int chosenWords, int rejectedWords) {
        Random random = new Random(seed);
        List<CritiquedPair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String one = random.nextBoolean() ? "kindly " : "rudely ";
            String other = random.nextBoolean() ? "kindly " : "rudely ";
            pairs.add(pair(seed, i, one + filler(random, chosenWords), other + filler(random, rejectedWords)));
        }
        return pairs;
    }

    private static String filler(Random random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(3); i < words; i++) {
            text.append("word").append(random.nextInt(10)).append(' ');
        }
        return text.append('.').toString();
    }

    private static CritiquedPair pair(long seed, int i, String chosen, String rejected) {
        List<Message> prompt = List.of(new Message("user", "Question " + seed + "." + i));
        return CritiquedPair.newBuilder()
                .setPair(PreferencePair.newBuilder()
                        .setPairId(Ids.ofPair(prompt, chosen, rejected))
                        .setPrompt(prompt)
                        .setChosen(chosen)
                        .setRejected(rejected)
                        .setPreference(Preference.CHOSEN)
                        .setSource("test")
                        .setLabelledAt(Instant.EPOCH)
                        .build())
                .setChosenCritiques(List.of())
                .setRejectedCritiques(List.of())
                .build();
    }

    private static Learner learnt(List<CritiquedPair> pairs) {
        Learner learner = Learner.fresh(LearnerConfig.defaults(5));
        for (int i = 0; i < pairs.size(); i += BATCH) {
            List<Example> examples = pairs.subList(i, i + BATCH).stream()
                    .map(learner.encoder()::encode)
                    .toList();
            learner.learn(new MicroBatch(examples, 0));
        }
        return learner;
    }

    private static List<HeldOutPair> heldOut(Learner learner, List<CritiquedPair> pairs) {
        return pairs.stream()
                .map(learner.encoder()::encode)
                .map(example -> new HeldOutPair(example.text(), example.pair(), example.source()))
                .toList();
    }
}
