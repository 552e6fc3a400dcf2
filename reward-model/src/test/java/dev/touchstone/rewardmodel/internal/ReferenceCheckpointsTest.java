package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Logits and training steps of checkpoints, as transformers, PEFT and torch compute them in float64. A folder holds
 * checkpoints with a {@code reference.json} each; {@code -Dtouchstone.reference=FOLDER} names it. Skipped where there is
 * none.
 */
class ReferenceCheckpointsTest {

    private static final Path REFERENCES =
            Path.of(System.getProperty("touchstone.reference", "../../shared/data/hf-tiny"));
    private static final ObjectMapper JSON = new ObjectMapper();

    @BeforeAll
    static void startEngine() {
        Torch.start(1);
    }

    @TestFactory
    Stream<DynamicTest> shouldAgreeWithTransformersWhenACheckpointHasAReference() throws IOException {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(REFERENCES)) {
            try (Stream<Path> listed = Files.list(REFERENCES)) {
                listed.filter(folder -> Files.exists(folder.resolve("reference.json")))
                        .sorted()
                        .forEach(folders::add);
            }
        }
        assumeTrue(!folders.isEmpty(), "no reference checkpoints in " + REFERENCES + ": give -Dtouchstone.reference");
        return folders.stream()
                .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)));
    }

    private static void check(Path folder) throws Exception {
        Path adapter = folder.resolve("adapter");
        StoredModel model = Files.exists(adapter) ? StoredModel.open(folder, adapter) : StoredModel.open(folder);
        for (boolean recompute : new boolean[] {false, true}) {
            Compute compute = Compute.cpu().with(4096, recompute);
            try (Network network = new Network(
                    rotatedAsTheReference(folder, (LlamaConfig) model.config()),
                    model.adapters(),
                    compute,
                    Purpose.TRAINING)) {
                model.fill(network, 1);
                check(network, JSON.readTree(folder.resolve("reference.json").toFile()));
            }
        }
    }

    /**
     * The reference of a 16-bit checkpoint was made by a model that was cast as a whole: its rotary frequencies are rounded
     * to 16 bits, which they are not when transformers loads the same folder. A reference in a file of that name has both.
     */
    private static LlamaConfig rotatedAsTheReference(Path folder, LlamaConfig config) throws IOException {
        JsonNode json = JSON.readTree(folder.resolve("config.json").toFile());
        boolean bf16 = json.path("dtype").asText().equals("bfloat16");
        if (!bf16 || Files.exists(folder.resolve("reference-rounded-frequencies.json"))) {
            return config;
        }
        Rotary exact = config.rotary();
        Rotary rounded = new Rotary() {
            @Override
            public double theta() {
                return exact.theta();
            }

            @Override
            public double[] frequencies(int headDim) {
                return Arrays.stream(exact.frequencies(headDim))
                        .map(ReferenceCheckpointsTest::toBf16)
                        .toArray();
            }

            @Override
            public double attentionFactor() {
                return exact.attentionFactor();
            }
        };
        return config.withRotary(rounded);
    }

    private static double toBf16(double value) {
        int bits = Float.floatToIntBits((float) value);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
    }

    private static void check(Network network, JsonNode reference) {
        List<EncodedInput> inputs = new ArrayList<>();
        for (JsonNode sequence : reference.get("sequences")) {
            inputs.add(input(sequence.get("ids")));
        }
        double worst = 0;
        float[][] logits = network.score(inputs);
        for (int i = 0; i < logits.length; i++) {
            double expected = reference.get("sequences").get(i).get("logit").asDouble();
            worst = Math.max(worst, Math.abs(logits[i][0] - expected));
            assertThat((double) logits[i][0]).isCloseTo(expected, within(1e-5 * Math.max(1, Math.abs(expected))));
        }
        System.out.println("greatest difference of a logit: " + worst);
        train(network, reference.get("training"));
        float[][] after = network.score(inputs);
        for (int i = 0; i < after.length; i++) {
            double expected =
                    reference.get("training").get("logitsAfter").get(i).asDouble();
            assertThat((double) after[i][0]).isCloseTo(expected, within(1e-4 * Math.max(1, Math.abs(expected))));
        }
    }

    private static void train(Network network, JsonNode training) {
        JsonNode h = training.get("hyperparameters");
        List<EncodedInput> chosen = new ArrayList<>();
        List<EncodedInput> rejected = new ArrayList<>();
        int pairs = training.get("pairs").size();
        float[] margins = new float[pairs];
        for (JsonNode pair : training.get("pairs")) {
            margins[chosen.size()] = (float) pair.get("margin").asDouble();
            chosen.add(input(pair.get("chosen")));
            rejected.add(input(pair.get("rejected")));
        }
        chosen.addAll(rejected);
        float[][] once = new float[pairs][];
        Arrays.fill(once, new float[] {1});
        Optimiser optimiser = new Optimiser(network, false);
        for (JsonNode step : training.get("steps")) {
            Optimiser.Result pass = optimiser.accumulate(
                    new Optimiser.MicroBatch(chosen, margins, once),
                    new Optimiser.Loss(
                            h.get("labelSmoothing").asDouble(),
                            h.get("centerRewardsCoefficient").asDouble(),
                            1.0 / pairs));
            Optimiser.Result update = optimiser.apply(
                    List.of(pass),
                    new Optimiser.Update(
                            h.get("lr").asDouble(),
                            h.get("beta1").asDouble(),
                            h.get("beta2").asDouble(),
                            h.get("eps").asDouble(),
                            h.get("weightDecayMatrices").asDouble(),
                            h.get("clipGlobalNorm").asDouble(),
                            0));
            float[] values = pass.read();
            double loss = step.get("loss").asDouble();
            double norm = step.get("gradNorm").asDouble();
            assertThat((double) values[values.length - 1]).isCloseTo(loss, within(1e-4 * loss));
            assertThat((double) update.read()[0]).isCloseTo(norm, within(1e-4 * norm));
        }
    }

    private static EncodedInput input(JsonNode ids) {
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = ids.get(i).asInt();
        }
        return new EncodedInput(tokens, false);
    }
}
