package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HeldOutSetTest {
    private static final EncodedInput SIDE = new EncodedInput(new int[] {1, 2}, false);

    @Test
    void shouldReplaceTheOlderCopyWhenAPairIsCritiquedAgain() {
        HeldOutSet set = new HeldOutSet(10, "salt");
        for (int delivery = 0; delivery < 100; delivery++) {
            set.offer(pair(1, "critique " + delivery));
            set.offer(pair(2, null));
        }

        assertThat(set.items()).hasSize(2).contains(pair(1, "critique 99"), pair(2, null));
    }

    @Test
    void shouldKeepTheSameSampleWhateverTheOrderAndHoweverOftenAPairComes() {
        HeldOutSet once = new HeldOutSet(20, "salt");
        List<HeldOutPair> deliveries = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            once.offer(pair(i, null));
            // Some pairs come a hundred times as often as others.
            deliveries.addAll(Collections.nCopies(i < 20 ? 100 : 1, pair(i, null)));
        }
        Collections.shuffle(deliveries, new Random(1));
        HeldOutSet again = new HeldOutSet(20, "salt");
        deliveries.forEach(again::offer);

        assertThat(again.items()).hasSize(20).isEqualTo(once.items());
        HeldOutSet otherModel = new HeldOutSet(20, "pepper");
        deliveries.forEach(otherModel::offer);
        assertThat(otherModel.items()).isNotEqualTo(once.items());
    }

    @Test
    void shouldKeepAUniformSampleWhenMoreIsOfferedThanFits() {
        double sum = 0;
        for (int salt = 0; salt < 50; salt++) {
            HeldOutSet set = new HeldOutSet(40, "salt " + salt);
            for (int i = 0; i < 1_000; i++) {
                set.offer(pair(i, null));
            }
            sum += set.items().stream().mapToInt(HeldOutSetTest::number).sum();
        }

        // Standard error of the mean is 1,000 / sqrt(12 * 2,000) = 6.5.
        assertThat(sum / 2_000).isCloseTo(500, Offset.offset(26.0));
    }

    @Test
    void shouldBeTheSameWhenWrittenAndRead() throws IOException {
        HeldOutSet set = new HeldOutSet(20, "salt");
        for (int i = 0; i < 50; i++) {
            set.offer(pair(i, i % 2 == 0 ? "c" : null));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        set.writeTo(new DataOutputStream(bytes));
        HeldOutSet read = new HeldOutSet(20, "salt");
        read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        assertThat(read.items()).isEqualTo(set.items());
        assertThatThrownBy(() -> new HeldOutSet(5, "salt")
                        .readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    private static int number(HeldOutPair pair) {
        return Integer.parseInt(pair.text().chosen().completion());
    }

    private static HeldOutPair pair(int number, String critique) {
        List<Turn> prompt = List.of(new Turn("user", "Question " + number));
        return new HeldOutPair(
                new TrainingPair(
                        new RewardInput(prompt, "" + number, critique), new RewardInput(prompt, "no", critique), 0),
                new EncodedPair(SIDE, SIDE, 0),
                "test");
    }
}
