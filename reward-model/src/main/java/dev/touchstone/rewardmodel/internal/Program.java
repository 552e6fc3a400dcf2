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
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.ModelConfig;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.Torch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One family's TorchScript program for one shape: the family's text, the text that all share, and a generated end with
 * the shapes of the parameters. Safe for several threads; nothing may run while or after it is closed.
 */
public final class Program implements AutoCloseable {

    private static final String CLASS = "RewardModel";

    /** Inputs of more tokens take the fused attention kernel on a CPU too: the products' memory grows with the square. */
    private static final int LONG = 1024;

    private final PtSymbolBlock module;

    Program(NDManager manager, ModelConfig config, @Nullable LoraConfig adapters, Precision precision) {
        ParameterLayout layout = ParameterLayout.of(config, adapters);
        byte[] archive = archive(config, adapters, layout, precision);
        Torch.prepareThread();
        try {
            this.module = JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), true, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The archive, which Python's {@code torch.jit.load} reads as well. */
    public static byte[] archive(
            ModelConfig config, @Nullable LoraConfig adapters, ParameterLayout layout, Precision precision) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("compute", precision.code());
        attributes.put("long", LONG);
        attributes.put("dim", config.dim());
        attributes.put("layers", config.layers());
        attributes.put("vocabulary", config.vocabulary());
        sizes(attributes, "", layout.trained());
        sizes(attributes, "frozen_", layout.frozen());
        StringBuilder generated = new StringBuilder();
        String family;
        if (config instanceof LlamaConfig llama) {
            family = "llama.py";
            llama(attributes, generated, llama, adapters);
        } else {
            family = "decoder.py";
            attributes.put("heads", ((BuiltInConfig) config).heads());
        }
        shapes(generated, layout);
        parts(generated, layout.trained());
        return TorchArchive.of(CLASS, text(family) + "\n" + text("training.py") + generated, attributes);
    }

    private static void sizes(Map<String, Object> attributes, String prefix, FlatLayout layout) {
        attributes.put(prefix + "body_prefix", Math.toIntExact(FlatLayout.sizeOf(layout.body())));
        attributes.put(prefix + "body_block", Math.toIntExact(FlatLayout.sizeOf(layout.bodyBlock())));
        attributes.put(prefix + "rest_prefix", Math.toIntExact(FlatLayout.sizeOf(layout.rest())));
        attributes.put(prefix + "rest_block", Math.toIntExact(FlatLayout.sizeOf(layout.restBlock())));
    }

    private static void llama(
            Map<String, Object> attributes,
            StringBuilder generated,
            LlamaConfig config,
            @Nullable LoraConfig adapters) {
        attributes.put("heads", config.heads());
        attributes.put("key_heads", config.keyValueHeads());
        attributes.put("head_dim", config.headDim());
        attributes.put("window", config.slidingWindow());
        attributes.put("epsilon", config.normEpsilon());
        attributes.put("attention_factor", config.rotary().attentionFactor());
        attributes.put("scaling", adapters == null ? 0.0 : adapters.scaling());
        attributes.put("query_key_norm", config.queryKeyNorm());
        StringBuilder frequencies = new StringBuilder();
        for (double frequency : config.rotary().frequencies(config.headDim())) {
            frequencies.append(frequencies.isEmpty() ? "" : ", ").append((double) (float) frequency);
        }
        generated
                .append("\n  def frequencies(self: __torch__.RewardModel) -> List[float]:\n    return [")
                .append(frequencies)
                .append("]\n");
        generated
                .append("\n  def slides(self: __torch__.RewardModel) -> List[bool]:\n    return [")
                .append(config.slidingLayers().stream()
                        .map(slides -> slides ? "True" : "False")
                        .collect(Collectors.joining(", ")))
                .append("]\n");
    }

    private static void shapes(StringBuilder out, ParameterLayout layout) {
        out.append("\n  # Names and shapes of the parameters, in the order of the flat vectors.\n")
                .append("  def shapes(self: __torch__.RewardModel, part: str) -> List[Tuple[str, List[int]]]:\n")
                .append("    shapes = annotate(List[Tuple[str, List[int]]], [])\n");
        for (boolean frozen : new boolean[] {false, true}) {
            FlatLayout flat = frozen ? layout.frozen() : layout.trained();
            String prefix = frozen ? "frozen_" : "";
            part(out, prefix + "body", flat.body());
            part(out, prefix + "body.block", flat.bodyBlock());
            part(out, prefix + "rest", flat.rest());
            part(out, prefix + "rest.block", flat.restBlock());
        }
        out.append("    return shapes\n");
    }

    private static void parts(StringBuilder out, FlatLayout layout) {
        out.append("\n  # Stretches (first value, size) of the parts of the network that learn each by itself.\n")
                .append("  def parts(self: __torch__.RewardModel) -> List[List[Tuple[int, int]]]:\n    return [")
                .append(layout.parts().stream()
                        .map(part -> part.stream()
                                .map(stretch -> "(" + stretch.from() + ", " + stretch.size() + ")")
                                .collect(Collectors.joining(", ", "[", "]")))
                        .collect(Collectors.joining(", ")))
                .append("]\n");
    }

    private static void part(StringBuilder out, String part, List<View> views) {
        if (!views.isEmpty()) {
            out.append("    if part == \"").append(part).append("\":\n      shapes = [");
            out.append(views.stream()
                            .map(view -> "(\"" + view.name() + "\", " + view.shape() + ")")
                            .collect(Collectors.joining(", ")))
                    .append("]\n");
        }
    }

    private static String text(String resource) {
        try (InputStream in = Torch.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + resource + ": build it again.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Calls a method that may change its arguments or differentiate.
     *
     * @param scratch manager of the result
     * @param arguments in order; those of a list have one name that ends in []
     */
    NDArray call(NDManager scratch, String method, NDArray... arguments) {
        return run(scratch, method, true, arguments);
    }

    /** Calls a method in inference mode: faster, but what it makes can never have a gradient. */
    NDArray infer(NDManager scratch, String method, NDArray... arguments) {
        return run(scratch, method, false, arguments);
    }

    private NDArray run(NDManager scratch, String method, boolean gradients, NDArray... arguments) {
        Torch.prepareThread();
        // The marker names the method. It stands first, because results belong to the manager of the first array.
        NDArray marker = scratch.zeros(new Shape(0));
        marker.setName("module_method:" + method);
        NDList list = new NDList(arguments.length + 1);
        list.add(marker);
        list.addAll(List.of(arguments));
        return IValueUtils.forward(module, list, gradients).get(0);
    }

    @Override
    public void close() {
        module.close();
    }
}
