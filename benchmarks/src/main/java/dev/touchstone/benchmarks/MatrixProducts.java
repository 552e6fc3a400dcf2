package dev.touchstone.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.TorchArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The matrix products of one training step of the built-in decoder, and nothing else of it: the same shapes, the same
 * number type, the same library. What a step takes beyond them is everything that is not a product.
 *
 * <p>Left out, for they are next to nothing, are the products of the reward head.
 */
final class MatrixProducts implements AutoCloseable {

    /** Queries that the program's attention takes at once, as its text says. */
    private static final int STRETCH = 128;

    // The lists are arguments: one made in here would be dropped with its changes by the compiler.
    private static final String PROGRAM = """
              def multiply(self: __torch__.Products, a: List[Tensor], b: List[Tensor], out: List[Tensor]) -> Tensor:
                for i in range(len(a)):
                  torch.matmul(a[i], b[i], out=out[i])
                return out[0]

              def random(self: __torch__.Products, shape: Tensor, dtype: Tensor) -> Tensor:
                return torch.to(torch.randn(annotate(List[int], shape.tolist())), int(dtype))
            """;

    private final NDManager manager = NDManager.newBaseManager();
    private final PtSymbolBlock program;
    private final Precision precision;
    private final NDList linear = new NDList();
    private final NDList attention = new NDList();
    private double flops;

    /**
     * @param config the network
     * @param rows sequences
     * @param tokens tokens of each
     * @param precision type of the operands
     */
    MatrixProducts(BuiltInConfig config, int rows, int tokens, Precision precision) {
        this.precision = precision;
        Torch.prepareThread();
        byte[] archive = TorchArchive.of("Products", PROGRAM, Map.of());
        try {
            this.program = JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), true, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int dim = config.dim();
        int all = rows * tokens;
        for (int layer = 0; layer < config.layers(); layer++) {
            boolean last = layer == config.layers() - 1;
            // The last block needs keys and values of all tokens, everything else at one token of each row.
            int needed = last ? rows : all;
            if (last) {
                layer(all, dim, 2 * dim);
                layer(rows, dim, dim);
            } else {
                layer(all, dim, 3 * dim);
            }
            layer(needed, dim, dim);
            layer(needed, dim, config.feedForward());
            layer(needed, config.feedForward(), dim);
            attention(rows * config.heads(), tokens, dim / config.heads(), last);
        }
    }

    /** A linear layer: its output, the gradient of its input, the gradient of its weights. */
    private void layer(int n, int inputs, int outputs) {
        NDArray x = random(n, inputs);
        NDArray w = random(outputs, inputs);
        NDArray g = random(n, outputs);
        product(linear, x, w.transpose(), n, outputs);
        product(linear, g, w, n, inputs);
        product(linear, g.transpose(), x, outputs, inputs);
    }

    private void attention(int batch, int tokens, int width, boolean last) {
        NDArray keys = random(batch, width, tokens);
        NDArray values = random(batch, tokens, width);
        if (last) {
            stretch(batch, 1, tokens, width, keys, values);
            return;
        }
        for (int start = 0; start < tokens; start += STRETCH) {
            int end = Math.min(tokens, start + STRETCH);
            stretch(batch, end - start, end, width, keys.get(":, :, 0:" + end), values.get(":, 0:" + end));
        }
    }

    /** Scores and mixed values of some queries, then the gradients of weights, values, queries and keys. */
    private void stretch(int batch, int queries, int seen, int width, NDArray keys, NDArray values) {
        NDArray q = random(batch, queries, width);
        NDArray weights = random(batch, queries, seen);
        NDArray g = random(batch, queries, width);
        product(attention, q, keys, batch, queries, seen);
        product(attention, weights, values, batch, queries, width);
        product(attention, g, values.transpose(0, 2, 1), batch, queries, seen);
        product(attention, weights.transpose(0, 2, 1), g, batch, seen, width);
        product(attention, weights, keys.transpose(0, 2, 1), batch, queries, width);
        product(attention, q.transpose(0, 2, 1), weights, batch, width, seen);
    }

    private void product(NDList list, NDArray a, NDArray b, long... shape) {
        list.add(alias(a, "a[]"));
        list.add(alias(b, "b[]"));
        list.add(alias(random(shape), "out[]"));
        double size = 2.0 * a.getShape().get(a.getShape().dimension() - 1);
        for (long dimension : shape) {
            size *= dimension;
        }
        flops += size;
    }

    /** The same memory under a name of its own: an operand stands in several products. */
    private static NDArray alias(NDArray array, String name) {
        NDArray alias = array.reshape(array.getShape());
        alias.setName(name);
        return alias;
    }

    private NDArray random(long... shape) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray array =
                    call(scratch, "random", new NDList(scratch.create(shape), scratch.create((long) precision.code())));
            array.attach(manager);
            return array;
        }
    }

    /** Computes all products of linear layers. */
    void runLinear() {
        run(linear);
    }

    /** Computes all products of the attention. */
    void runAttention() {
        run(attention);
    }

    private void run(NDList operands) {
        try (NDManager scratch = manager.newSubManager()) {
            call(scratch, "multiply", operands);
        }
    }

    private NDArray call(NDManager scratch, String method, NDList arguments) {
        Torch.prepareThread();
        // As in the model's own calls: the marker stands first, since results belong to the first array's manager.
        NDArray marker = scratch.zeros(new Shape(0));
        marker.setName("module_method:" + method);
        NDList list = new NDList(arguments.size() + 1);
        list.add(marker);
        list.addAll(arguments);
        return IValueUtils.forward(program, list, true).get(0);
    }

    /** Floating-point operations of all products. */
    double flops() {
        return flops;
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
