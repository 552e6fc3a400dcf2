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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ReservoirTest {
    private static final int OFTEN = 1_000_000;

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
    void shouldKeepRareSourcesAndLevelSamplesWhenOneSourceFloods() {
        Reservoir<Integer> reservoir = new Reservoir<>(90, OFTEN, 3);
        for (int i = 0; i < 30; i++) {
            reservoir.offer("rare", i);
        }
        for (int i = 0; i < 10_000; i++) {
            reservoir.offer("flood", 1_000 + i);
        }
        assertThat(reservoir.items("rare")).hasSize(30);
        assertThat(reservoir.items("flood")).hasSize(60);

        for (int i = 0; i < 40; i++) {
            reservoir.offer("late", -1 - i);
        }

        assertThat(reservoir.items("rare")).hasSizeBetween(29, 30);
        assertThat(reservoir.items("late")).hasSizeBetween(29, 31);
        assertThat(reservoir.items()).hasSize(90);
        // Level sources sample on their own again: an old item is not displaced by each new one.
        List<Integer> before = reservoir.items("rare");
        for (int i = 0; i < 300; i++) {
            reservoir.offer("flood", 20_000 + i);
            reservoir.offer("late", -100 - i);
        }
        assertThat(reservoir.items("rare")).isEqualTo(before);
        assertThat(reservoir.items("flood").stream().filter(i -> i >= 20_000).count())
                .isLessThan(10);
    }

    @Test
    void shouldDrawInProportionToWhatEachSourceOffered() {
        Reservoir<Integer> reservoir = new Reservoir<>(200, OFTEN, 5);
        for (int i = 0; i < 3_000; i++) {
            reservoir.offer(i % 10 == 0 ? "rare" : "usual", i);
        }
        int rare = 0;
        for (int batch = 1; batch <= 200; batch++) {
            List<Integer> draw = reservoir.draw(32, batch, 0);
            assertThat(draw).hasSize(32).doesNotHaveDuplicates();
            long ofRare = draw.stream().filter(i -> i % 10 == 0).count();
            assertThat(ofRare).isBetween(3L, 4L);
            rare += (int) ofRare;
        }

        assertThat(rare / 200.0).isCloseTo(3.2, Offset.offset(0.15));
    }

    @Test
    void shouldFillUpFromOtherSourcesWhenASourceHasTooFew() {
        Reservoir<Integer> reservoir = new Reservoir<>(100, 2, 5);
        for (int i = 0; i < 40; i++) {
            reservoir.offer(i < 20 ? "a" : "b", i);
        }
        assertThat(reservoir.draw(20, 1, 0).stream().filter(i -> i < 20)).hasSize(10);
        for (int i = 40; i < 60; i++) {
            reservoir.offer("b", i);
        }

        // "a" keeps 10 and a third of 39 would be 13.
        assertThat(reservoir.draw(39, 2, 0)).hasSize(39).doesNotHaveDuplicates();
    }

    @Test
    void shouldLetAnItemGoWhenItHasHadItsPasses() {
        Reservoir<Integer> reservoir = new Reservoir<>(50, 4, 1);
        Map<Integer, Integer> passes = new HashMap<>();
        for (int batch = 1; batch <= 40; batch++) {
            for (int i = 0; i < 8; i++) {
                int item = 8 * batch + i;
                passes.put(item, 1);
                reservoir.offer(i % 3 == 0 ? "a" : "b", item);
            }
            for (int round = 0; round < 3; round++) {
                reservoir.draw(10, batch, round).forEach(item -> passes.merge(item, 1, Integer::sum));
            }
            for (int item : reservoir.items()) {
                assertThat(passes.get(item)).isLessThan(4);
            }
        }

        assertThat(passes.values()).allMatch(count -> count <= 4).contains(4);
        // 24 passes are to be had for 8 new items, and 30 are asked for: nothing is left over.
        assertThat(reservoir.items()).isEmpty();
        assertThat(reservoir.draw(10, 41, 0)).isEmpty();
    }

    @Test
    void shouldKeepNothingWhenOnePassIsAllThatIsAllowed() {
        Reservoir<Integer> reservoir = new Reservoir<>(50, 1, 1);
        reservoir.offer("a", 1);

        assertThat(reservoir.items()).isEmpty();
        assertThat(reservoir.draw(10, 1, 0)).isEmpty();
    }

    @Test
    void shouldShareOneStratumWhenThereAreMoreSourcesThanAreKeptApart() throws IOException {
        Reservoir<Integer> reservoir = new Reservoir<>(1_000, OFTEN, 1);
        for (int i = 0; i < 500; i++) {
            reservoir.offer("source " + i, i);
        }

        assertThat(IntStream.range(0, 500)
                        .filter(i -> !reservoir.items("source " + i).isEmpty()))
                .hasSize(Reservoir.MOST_SOURCES);
        assertThat(reservoir.items()).hasSize(500);
        assertThat(restored(reservoir, 1_000, OFTEN, 1).items()).isEqualTo(reservoir.items());
    }

    @Test
    void shouldGoOnAlikeWhenItWasWrittenAndReadInBetween() throws IOException {
        Reservoir<Integer> undisturbed = new Reservoir<>(20, 3, 7);
        Reservoir<Integer> interrupted = new Reservoir<>(20, 3, 7);
        for (int batch = 1; batch <= 60; batch++) {
            List<List<Integer>> draws = new ArrayList<>();
            for (Reservoir<Integer> reservoir : List.of(undisturbed, interrupted)) {
                for (int i = 0; i < 5; i++) {
                    reservoir.offer("source " + (i + batch) % 3, 5 * batch + i);
                }
                draws.add(reservoir.draw(4, batch, 0));
                draws.add(reservoir.draw(4, batch, 1));
            }
            assertThat(draws.subList(2, 4)).isEqualTo(draws.subList(0, 2));
            interrupted = restored(interrupted, 20, 3, 7);
        }

        assertThat(interrupted.items()).isNotEmpty().isEqualTo(undisturbed.items());
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
        out.writeInt(1);
        Texts.write("a", out);
        out.writeLong(1_000);
        out.writeInt(1_000);

        assertThatThrownBy(() -> new Reservoir<Integer>(10, 2, 1)
                        .readFrom(
                                new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), DataInput::readInt))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    private static Reservoir<Integer> restored(Reservoir<Integer> from, int capacity, int maxPasses, long seed)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        from.writeTo(new DataOutputStream(bytes), (item, out) -> out.writeInt(item));
        Reservoir<Integer> to = new Reservoir<>(capacity, maxPasses, seed);
        to.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), DataInput::readInt);
        return to;
    }

    private static Reservoir<Integer> filled(int capacity, long seed, int offered) {
        Reservoir<Integer> reservoir = new Reservoir<>(capacity, OFTEN, seed);
        for (int i = 0; i < offered; i++) {
            reservoir.offer("a", i);
        }
        return reservoir;
    }
}
