package dev.touchstone.rewardmodel.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The compiled program and one set of weights in native memory. Scoring is safe for several threads; a step is not, and
 * nothing may run while or after it is closed.
 */
public final class Network implements AutoCloseable {

    private static final String SOURCE = "/dev/touchstone/rewardmodel/decoder.py";

    private final BuiltInConfig config;
    private final ParameterLayout layout;
    private final NDManager manager;
    private final PtSymbolBlock program;
    private final NDArray weights;

    /** A network with these weights, in the order of {@link ParameterLayout}. */
    public Network(BuiltInConfig config, float[] weights) {
        this.config = config;
        this.layout = new ParameterLayout(config);
        if (weights.length != layout.size()) {
            throw new IllegalArgumentException(
                    "The network has " + layout.size() + " parameters, but got " + weights.length + ".");
        }
        this.manager = NDManager.newBaseManager();
        Torch.prepareThread();
        this.program = compile();
        this.weights = manager.create(weights);
    }

    private PtSymbolBlock compile() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("dim", config.dim());
        sizes.put("layers", config.layers());
        sizes.put("heads", config.heads());
        sizes.put("feed_forward", config.feedForward());
        sizes.put("max_tokens", config.maxTokens());
        sizes.put("vocabulary", config.vocabulary());
        sizes.put("matrices", layout.matrices());
        try (InputStream in = Network.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + SOURCE + ": build it again.");
            }
            String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            byte[] archive = TorchArchive.of("Decoder", source, sizes);
            return JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), true, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sizes of the network. */
    public BuiltInConfig config() {
        return config;
    }

    /** A copy of the weights. */
    public float[] weights() {
        return weights.toFloatArray();
    }

    /** A vector as long as the weights, in native memory that lives as long as this network. */
    public NDArray vector(float[] values) {
        if (values.length != layout.size()) {
            throw new IllegalArgumentException("A vector of this network has " + layout.size() + " values.");
        }
        return manager.create(values);
    }

    /** Logits in the order of the inputs, computed in batches of like length. */
    public double[] score(List<EncodedInput> inputs) {
        double[] logits = new double[inputs.size()];
        for (int[] batch : BatchPlan.of(inputs)) {
            try (NDManager scratch = manager.newSubManager()) {
                List<EncodedInput> rows =
                        Arrays.stream(batch).mapToObj(inputs::get).toList();
                float[] r = call(scratch, "score", false, weights, ids(scratch, rows), last(scratch, rows));
                for (int i = 0; i < batch.length; i++) {
                    logits[batch[i]] = r[i];
                }
            }
        }
        return logits;
    }

    /**
     * One optimiser step on this network's weights and the given moments, all changed in place.
     *
     * @param rows chosen sides, then their rejected sides in the same order
     * @param hyper see {@code step} in decoder.py
     * @return loss, gradient norm, then the logits of the rows before the update
     */
    public float[] step(NDArray m, NDArray v, List<EncodedInput> rows, double[] margins, double[] hyper) {
        return differentiate("step", m, v, rows, margins, hyper);
    }

    /** The gradient that a step would take before clipping, in the order of the weights. */
    public float[] gradient(List<EncodedInput> rows, double[] margins, double[] hyper) {
        return differentiate("gradient_of", null, null, rows, margins, hyper);
    }

    private float[] differentiate(
            String method,
            @Nullable NDArray m,
            @Nullable NDArray v,
            List<EncodedInput> rows,
            double[] margins,
            double[] hyper) {
        float[] narrow = new float[margins.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) margins[i];
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDArray ids = ids(scratch, rows);
            NDArray last = last(scratch, rows);
            NDArray marginArray = scratch.create(narrow);
            NDArray hyperArray = scratch.create(hyper);
            return m == null || v == null
                    ? call(scratch, method, true, weights, ids, last, marginArray, hyperArray)
                    : call(scratch, method, true, weights, m, v, ids, last, marginArray, hyperArray);
        }
    }

    /** How many arrays live as long as this network; constant unless something leaks. */
    public int managedArrays() {
        return manager.getManagedArrays().size();
    }

    private float[] call(NDManager scratch, String method, boolean gradients, NDArray... arguments) {
        Torch.prepareThread();
        // The marker names the method. It stands first, because results belong to the manager of the first array.
        NDArray marker = scratch.zeros(new Shape(0));
        marker.setName("module_method:" + method);
        NDList list = new NDList(arguments.length + 1);
        list.add(marker);
        list.addAll(Arrays.asList(arguments));
        return IValueUtils.forward(program, list, gradients).get(0).toFloatArray();
    }

    private NDArray ids(NDManager scratch, List<EncodedInput> rows) {
        int longest = rows.stream().mapToInt(EncodedInput::length).max().orElse(1);
        if (longest > config.maxTokens()) {
            throw new IllegalArgumentException("An input has " + longest + " tokens, but the model takes "
                    + config.maxTokens() + ": encode it with the model's own format.");
        }
        int width = Math.min(BatchPlan.padded(longest), config.maxTokens());
        long[] ids = new long[rows.size() * width];
        for (int row = 0; row < rows.size(); row++) {
            int[] tokens = rows.get(row).ids();
            for (int t = 0; t < tokens.length; t++) {
                if (tokens[t] < 0 || tokens[t] >= config.vocabulary()) {
                    throw new IllegalArgumentException("Token id " + tokens[t] + " is not in the model's vocabulary of "
                            + config.vocabulary() + ": encode with the model's own format.");
                }
                ids[row * width + t] = tokens[t];
            }
        }
        return scratch.create(ids, new Shape(rows.size(), width));
    }

    private static NDArray last(NDManager scratch, List<EncodedInput> rows) {
        return scratch.create(rows.stream().mapToLong(row -> row.length() - 1).toArray());
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
