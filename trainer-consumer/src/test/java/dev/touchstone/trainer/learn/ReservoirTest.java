package dev.touchstone.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ReservoirTest {
    @Test
    void shouldKeepAUniformSampleWhenMoreIsOfferedThanFits() {
        double sum = 0;
        int kept = 0;
        for (long seed = 0; seed < 50; seed++) {
            Reservoir<Integer> reservoir = filled(100, seed, 10_000);
            assertThat(reservoir.items()).hasSize(100).doesNotHaveDuplicates();
            sum += reservoir.items().stream().mapToInt(i -> i).sum();
            kept += 100;
        }

        // Standard error of the mean is 10,000 / sqrt(12 * 5,000) = 41.
        assertThat(sum / kept).isCloseTo(5_000, Offset.offset(165.0));
    }

    @Test
    void shouldGoOnAlikeWhenItWasWrittenAndReadInBetween() throws IOException {
        Reservoir<Integer> undisturbed = filled(20, 7, 500);
        Reservoir<Integer> before = filled(20, 7, 200);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        before.writeTo(new DataOutputStream(bytes), (item, out) -> out.writeInt(item));
        Reservoir<Integer> after = new Reservoir<>(20, 7);
        after.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), DataInput::readInt);
        for (int i = 200; i < 500; i++) {
            after.offer(i);
        }

        assertThat(after.items()).isEqualTo(undisturbed.items());
        assertThat(after.draw(8, 3, 1)).isEqualTo(undisturbed.draw(8, 3, 1));
    }

    @Test
    void shouldDrawEachItemAtMostOnceAndOthersInAnotherRound() {
        Reservoir<Integer> reservoir = filled(50, 1, 50);

        List<Integer> draw = reservoir.draw(30, 1, 0);

        assertThat(draw).hasSize(30).doesNotHaveDuplicates();
        assertThat(reservoir.draw(30, 1, 1)).isNotEqualTo(draw);
        assertThat(reservoir.draw(30, 2, 0)).isNotEqualTo(draw);
        assertThat(reservoir.draw(80, 1, 0)).hasSize(50);
    }

    @Test
    void shouldRefuseWhenTheSizeReadIsOutOfRange() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutput out = new DataOutputStream(bytes);
        out.writeLong(1_000);
        out.writeInt(1_000);

        assertThatThrownBy(() -> new Reservoir<Integer>(10, 1)
                        .readFrom(
                                new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), DataInput::readInt))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    private static Reservoir<Integer> filled(int capacity, long seed, int offered) {
        Reservoir<Integer> reservoir = new Reservoir<>(capacity, seed);
        for (int i = 0; i < offered; i++) {
            reservoir.offer(i);
        }
        return reservoir;
    }
}
