package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.BatchGradient.Pass;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches that do not fit the device's memory at once. */
class BatchGradientTest {

    private static final String CUDA = "CUDA out of memory. Tried to allocate 2.00 GiB";
    private static final String CPU = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes";
    private static final Optimiser.Loss LOSS = new Optimiser.Loss(0, 0, 0.1);

    private NDManager manager;
    private final List<NDManager> given = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private int gradient;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @AfterEach
    void close() {
        if (manager != null) {
            manager.close();
        }
    }

    /** Counts pairs instead of differentiating; has memory for so many padded tokens. */
    private BatchGradient.Device device(int limit, RuntimeException failure) {
        manager = NDManager.newBaseManager();
        return new BatchGradient.Device() {
            @Override
            public Optimiser.Result accumulate(Optimiser.MicroBatch batch, Optimiser.Loss loss) {
                int tokens = batch.rows().size()
                        * BatchPlan.padded(batch.rows().stream()
                                .mapToInt(EncodedInput::length)
                                .max()
                                .orElseThrow());
                if (tokens > limit) {
                    // Part of it may have been added before memory ran out.
                    gradient += 1000;
                    log.add("failed " + tokens);
                    throw failure;
                }
                gradient += batch.margins().length;
                log.add("did " + tokens);
                NDManager scratch = manager.newSubManager();
                given.add(scratch);
                return new Optimiser.Result(scratch, scratch.create(new float[2 * batch.margins().length + 1]));
            }

            @Override
            public void clear() {
                gradient = 0;
                log.add("cleared");
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {CUDA, CPU})
    void shouldHalveUntilItFitsAndStayThereWhenMemoryRunsOut(String message) {
        BatchGradient batches =
                new BatchGradient(device(130, new EngineException("step", new RuntimeException(message))), 1, 512);
        List<Pass> passes = batches.accumulate(pairs(16, 16), 16, weights(16), LOSS);
        assertThat(log)
                .containsExactly(
                        "failed 512", "cleared", "failed 256", "cleared", "did 128", "did 128", "did 128", "did 128");
        assertThat(gradient).isEqualTo(16);
        assertThat(passes).hasSize(4);
        log.clear();
        gradient = 0;
        assertThat(batches.accumulate(pairs(16, 16), 16, weights(16), LOSS)).hasSize(4);
        assertThat(log).as("the limit stays").containsExactly("did 128", "did 128", "did 128", "did 128");
        assertThat(gradient).isEqualTo(16);
    }

    @Test
    void shouldForgetAndFreeWhatWasDoneWhenMemoryRunsOutInTheMiddle() {
        BatchGradient batches = new BatchGradient(device(100, new RuntimeException(CUDA)), 1, 256);
        // Short pairs fit, the long ones behind them do not until there is one to a pass.
        List<EncodedPair> batch = new ArrayList<>(pairs(4, 48));
        batch.addAll(pairs(3, 10));
        List<Pass> passes = batches.accumulate(batch, batch.size(), weights(7), LOSS);
        assertThat(log)
                .containsExactly("did 96", "failed 192", "cleared", "did 96", "did 96", "did 96", "did 96", "did 96");
        assertThat(gradient).isEqualTo(7);
        assertThat(given.get(0).isOpen())
                .as("the pass that is done again is freed")
                .isFalse();
        assertThat(given.subList(1, given.size())).allMatch(NDManager::isOpen);
        passes.forEach(Pass::close);
        assertThat(given).noneMatch(NDManager::isOpen);
    }

    @Test
    void shouldStopClearlyWhenNotEvenOnePairFits() {
        RuntimeException failure = new RuntimeException(CUDA);
        BatchGradient batches = new BatchGradient(device(20, failure), 1, 1 << 14);
        assertThatThrownBy(() -> batches.accumulate(pairs(3, 16), 3, weights(3), LOSS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one pair, fits the memory")
                .hasCause(failure);
        assertThat(gradient).isZero();
        assertThat(log.get(log.size() - 1)).isEqualTo("cleared");
    }

    @Test
    void shouldPassOnWhatIsNoLackOfMemory() {
        RuntimeException failure = new IllegalArgumentException("Token id 7 is not in the model's vocabulary");
        BatchGradient batches = new BatchGradient(device(20, failure), 1, 512);
        assertThatThrownBy(() -> batches.accumulate(pairs(3, 16), 3, weights(3), LOSS))
                .isSameAs(failure);
        assertThat(log).containsExactly("failed 96", "cleared");
        assertThat(DeviceMemory.isOutOfMemory(new RuntimeException())).isFalse();
    }

    @Test
    void shouldGiveTheSameGradientWhenItHadToBeginAgain() {
        LlamaCase model = LlamaCase.all().toList().get(0);
        Random random = new Random(3);
        List<EncodedInput> inputs = IntStream.range(0, 20)
                .mapToObj(i -> new EncodedInput(
                        random.ints(17 + random.nextInt(16), 0, 30).toArray(), false))
                .toList();
        List<EncodedPair> batch = IntStream.range(0, 10)
                .mapToObj(i -> new EncodedPair(inputs.get(i), inputs.get(10 + i), 0))
                .toList();
        try (Network network = model.network(Compute.cpu(), Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, false);
            int before = network.managedArrays();
            BatchGradient.Device narrow = new BatchGradient.Device() {
                @Override
                public Optimiser.Result accumulate(Optimiser.MicroBatch rows, Optimiser.Loss loss) {
                    // It runs out after the work was done, the worst moment.
                    Optimiser.Result result = optimiser.accumulate(rows, loss);
                    if (rows.rows().size() > 4) {
                        result.close();
                        throw new RuntimeException(CUDA);
                    }
                    return result;
                }

                @Override
                public void clear() {
                    optimiser.clear();
                }
            };
            BatchGradient batches = new BatchGradient(narrow, 1, 512);
            batches.accumulate(batch, batch.size(), weights(10), LOSS).forEach(Pass::close);
            float[] begunAgain = optimiser.gradient().toArray();
            optimiser.clear();
            // The limit stays, so now it fits at once.
            batches.accumulate(batch, batch.size(), weights(10), LOSS).forEach(Pass::close);
            assertThat(begunAgain).isEqualTo(optimiser.gradient().toArray()).isNotEqualTo(new float[begunAgain.length]);
            assertThat(network.managedArrays()).isEqualTo(before);
        }
    }

    private static List<EncodedPair> pairs(int count, int length) {
        EncodedInput input = new EncodedInput(new int[length], false);
        return IntStream.range(0, count)
                .mapToObj(i -> new EncodedPair(input, input, 0))
                .toList();
    }

    private static float[][] weights(int pairs) {
        float[][] weights = new float[pairs][];
        Arrays.setAll(weights, i -> new float[] {1});
        return weights;
    }
}
