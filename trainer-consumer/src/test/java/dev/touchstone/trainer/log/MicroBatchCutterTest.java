package dev.touchstone.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.schemas.kafka.DeadLetterReason;
import dev.touchstone.schemas.v1.BatchCut;
import dev.touchstone.trainer.learn.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class MicroBatchCutterTest {
    private static final RewardInput SIDE = new RewardInput(List.of(), "x", null);
    private static final TrainingPair TEXT = new TrainingPair(SIDE, SIDE, 0);

    @Test
    void shouldTakePartitionsInTurnAndOrderByPartitionWhenFull() {
        MicroBatchCutter cutter = new MicroBatchCutter(4, 1_000);

        Optional<Cut> cut = cutter.full(List.of(backlog(0, 10, 20, true, 10, 11, 12), backlog(1, 5, 9, true, 5, 7)));

        assertThat(cut).isPresent();
        assertThat(cut.get().reason()).isEqualTo(BatchCut.FULL);
        assertThat(cut.get().ranges()).containsExactly(new Range(0, 10, 12), new Range(1, 5, 8));
        assertThat(cut.get().items()).extracting(LogItem::offset).containsExactly(10L, 11L, 5L, 7L);
    }

    @Test
    void shouldWaitWhenAPartitionThatHasMoreWasNotFetchedYet() {
        MicroBatchCutter cutter = new MicroBatchCutter(4, 1_000);

        assertThat(cutter.full(List.of(backlog(0, 0, 9, true, 0, 1, 2, 3, 4), backlog(1, 0, 0, false))))
                .isEmpty();
        assertThat(cutter.full(List.of(backlog(0, 0, 9, true, 0, 1, 2, 3, 4), backlog(1, 0, 0, true))))
                .isPresent();
    }

    @Test
    void shouldCutBeforeTheTokensOverflow() {
        // Each record has 20 tokens.
        Optional<Cut> cut = new MicroBatchCutter(100, 50).full(List.of(backlog(0, 0, 5, true, 0, 1, 2, 3, 4)));

        assertThat(cut.orElseThrow().ranges()).containsExactly(new Range(0, 0, 2));
    }

    @Test
    void shouldTakeOneRecordWhenItAloneOverflows() {
        Optional<Cut> cut = new MicroBatchCutter(100, 10).full(List.of(backlog(0, 0, 5, true, 0, 1)));

        assertThat(cut.orElseThrow().ranges()).containsExactly(new Range(0, 0, 1));
    }

    @Test
    void shouldTakeTransactionMarkersAlongWhenIdle() {
        Optional<Cut> cut = new MicroBatchCutter(32, 1_000)
                .idle(List.of(backlog(0, 3, 8, true, 3, 5), backlog(1, 4, 5, true), backlog(2, 6, 6, true)));

        assertThat(cut.orElseThrow().reason()).isEqualTo(BatchCut.IDLE);
        assertThat(cut.get().ranges()).containsExactly(new Range(0, 3, 8), new Range(1, 4, 5));
    }

    @Test
    void shouldLeaveTheRestWhenAnIdleCutIsFull() {
        Optional<Cut> cut = new MicroBatchCutter(2, 1_000).idle(List.of(backlog(0, 0, 9, false, 0, 1, 2)));

        assertThat(cut.orElseThrow().ranges()).containsExactly(new Range(0, 0, 2));
    }

    @Test
    void shouldCutNothingWhenThereAreNoRecords() {
        assertThat(new MicroBatchCutter(2, 9).idle(List.of(backlog(0, 3, 8, true))))
                .isEmpty();
        assertThat(new MicroBatchCutter(2, 9).full(List.of(backlog(0, 3, 8, true))))
                .isEmpty();
    }

    @Test
    void shouldCountRecordsThatAreDead() {
        LogItem dead = new LogItem.Dead(
                new ConsumerRecord<>("t", 0, 0, new byte[0], new byte[0]), DeadLetterReason.UNDECODABLE, "Broken.");

        Cut cut = new MicroBatchCutter(1, 9)
                .full(List.of(new Backlog(0, 0, 1, true, List.of(dead))))
                .orElseThrow();

        assertThat(cut.dead()).hasSize(1);
        assertThat(cut.microBatch().dead()).isEqualTo(1);
        assertThat(cut.microBatch().examples()).isEmpty();
    }

    private static Backlog backlog(int partition, long from, long position, boolean atEnd, long... offsets) {
        EncodedInput side = new EncodedInput(new int[10], false);
        List<LogItem> items = new ArrayList<>();
        for (long offset : offsets) {
            items.add(new LogItem.Usable(
                    partition, offset, new Example(TEXT, new EncodedPair(side, side, 0), Example.Use.TRAIN, null, "")));
        }
        return new Backlog(partition, from, position, atEnd, items);
    }
}
