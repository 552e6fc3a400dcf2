package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.BatchGradient.Pass;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training and scoring for a long time keep no memory. */
class SteadyStateTest {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long SEED = 81;

    /** Growth over 300 steps. It varies by as much, for freed memory stays with the process; kept activations are GiB. */
    private static final double MOST_MIB = 64;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({"LLAMA, 0, false", "MISTRAL, 3, true"})
    void shouldKeepNothingWhenManyStepsOfVaryingLengthAreTaken(Family family, int window, boolean recompute)
            throws IOException {
        assumeTrue(Files.exists(STATUS), "there is no " + STATUS + " on this system");
        LlamaCase model = LlamaCase.of(family.name(), family, 2, new Rotary.Default(1e4), window, 2, 96);
        int heads = model.config().rewardHeads();
        try (Network network = model.network(Compute.cpu().with(512, recompute), Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, true);
            optimiser.startAverage();
            BatchGradient gradient =
                    new BatchGradient(optimiser, heads, network.compute().batchTokens());
            Random random = new Random(SEED);
            int arrays = network.managedArrays();
            for (int step = 0; step < 100; step++) {
                step(network, optimiser, gradient, random);
            }
            double before = residentMib();
            for (int step = 0; step < 300; step++) {
                step(network, optimiser, gradient, random);
            }
            double grown = residentMib() - before;
            System.out.printf("seed %d, %s: %.1f MiB more after 400 than after 100 steps%n", SEED, model, grown);
            assertThat(network.managedArrays()).isEqualTo(arrays);
            assertThat(grown).isLessThan(MOST_MIB);
        }
    }

    private static void step(Network network, Optimiser optimiser, BatchGradient gradient, Random random) {
        int heads = network.config().rewardHeads();
        List<EncodedInput> inputs = DecoderCase.inputs(8, 96, 30, random.nextLong());
        List<EncodedPair> batch = IntStream.range(0, 4)
                .mapToObj(i -> new EncodedPair(inputs.get(i), inputs.get(4 + i), 0))
                .toList();
        float[][] weights = new float[4][heads];
        for (float[] row : weights) {
            Arrays.fill(row, 1);
        }
        List<Pass> passes =
                gradient.accumulate(batch, batch.size(), weights, new Optimiser.Loss(0, 0, 1.0 / (4 * heads)));
        optimiser
                .apply(
                        passes.stream().map(Pass::result).toList(),
                        new Optimiser.Update(1e-3, 0.9, 0.98, 1e-8, 0.1, 1, 0.1))
                .read();
        passes.forEach(Pass::close);
        optimiser.withAverage(() -> network.score(inputs));
    }

    /** Resident memory outside Java's heap, whose size is no matter of this test. */
    private static double residentMib() throws IOException {
        System.gc();
        String line = Files.readAllLines(STATUS).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        double resident = Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
        return resident - Runtime.getRuntime().totalMemory() / 1048576.0;
    }
}
