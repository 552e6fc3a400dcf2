package dev.touchstone.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.internal.FlatLayout;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.Initialisation;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The built-in decoder as one writes it with DJL alone: NDArray operations in fp32 (there is no other type that learns, and
 * no fused attention), DJL's gradient collector, DJL's AdamW. It starts with the weights of our own trainer and computes
 * the same loss; it has no clipping, which DJL lacks.
 */
final class NdArrayDecoder implements AutoCloseable {

    private final BuiltInConfig config;
    private final TrainingConfig training;
    private final NDManager manager = NDManager.newBaseManager();
    private final Map<String, NDArray> weights = new LinkedHashMap<>();
    private final Optimizer optimizer;

    NdArrayDecoder(BuiltInConfig config, TrainingConfig training) {
        this.config = config;
        this.training = training;
        FlatLayout layout = ParameterLayout.of(config, null).trained();
        float[] flat = Initialisation.builtIn(layout, training.seed());
        for (Parameter parameter : layout.parameters()) {
            if (parameter.name().startsWith(FlatLayout.READER)) {
                continue; // the batches have no critiques
            }
            int from = Math.toIntExact(parameter.offset());
            float[] values = Arrays.copyOfRange(flat, from, from + Math.toIntExact(parameter.size()));
            NDArray array = manager.create(values, new Shape(parameter.shape()));
            array.setRequiresGradient(true);
            weights.put(parameter.name(), array);
        }
        this.optimizer = Optimizer.adamW()
                .optLearningRateTracker(Tracker.fixed((float) training.learningRate()))
                .optBeta1((float) training.beta1())
                .optBeta2((float) training.beta2())
                .optEpsilon((float) training.epsilon())
                .optWeightDecays((float) training.weightDecay())
                .build();
    }

    /** One optimiser step; returns the loss before it. */
    float step(List<EncodedPair> batch) {
        try (NDManager scratch = manager.newSubManager()) {
            float value;
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray loss = loss(scratch, batch);
                collector.backward(loss);
                value = loss.getFloat();
            }
            weights.forEach((name, weight) -> {
                try (NDArray gradient = weight.getGradient()) {
                    optimizer.update(name, weight, gradient);
                }
            });
            return value;
        }
    }

    private NDArray loss(NDManager scratch, List<EncodedPair> batch) {
        List<EncodedInput> rows = Stream.concat(
                        batch.stream().map(EncodedPair::chosen), batch.stream().map(EncodedPair::rejected))
                .toList();
        NDArray rewards = rewards(scratch, rows);
        NDArray chosen = rewards.get(new NDIndex(":" + batch.size()));
        NDArray rejected = rewards.get(new NDIndex(batch.size() + ":"));
        NDArray total = chosen.add(rejected);
        return Activation.softPlus(rejected.sub(chosen))
                .add(total.mul(total).mul(training.centring()))
                .mean();
    }

    private NDArray rewards(NDManager scratch, List<EncodedInput> rows) {
        int width = rows.stream().mapToInt(EncodedInput::length).max().orElseThrow();
        NDArray ids = scratch.create(new Shape(rows.size(), width), DataType.INT64);
        ids.set(LongBuffer.wrap(rows.stream()
                .flatMapToLong(
                        row -> Arrays.stream(Arrays.copyOf(row.ids(), width)).asLongStream())
                .toArray()));
        NDArray positions = scratch.arange(width);
        NDArray mask = positions
                .reshape(1, width)
                .gt(positions.reshape(width, 1))
                .toType(DataType.FLOAT32, false)
                .mul(-1e9f);
        NDArray x = Embedding.embedding(ids, weight("embed_tokens.weight"), SparseFormat.DENSE)
                .singletonOrThrow()
                .add(weight("embed_positions.weight").get(scratch, new NDIndex("0:" + width)));
        for (int layer = 0; layer < config.layers(); layer++) {
            x = block(x, "layers." + layer, mask);
        }
        long[] last = rows.stream().mapToLong(row -> row.length() - 1).toArray();
        NDArray at = scratch.create(last).reshape(rows.size(), 1, 1).broadcast(rows.size(), 1, config.dim());
        NDArray end = norm(x.gather(at, 1).squeeze(1), "final_norm");
        return linear(end, "score.weight").squeeze(1);
    }

    private NDArray block(NDArray x, String name, NDArray mask) {
        long rows = x.getShape().get(0);
        long width = x.getShape().get(1);
        int heads = config.heads();
        int headDim = config.dim() / heads;
        NDArray qkv = linear(norm(x, name + ".attention_norm"), name + ".attention.qkv.weight")
                .reshape(rows, width, 3, heads, headDim)
                .transpose(2, 0, 3, 1, 4);
        NDArray scores = qkv.get(0)
                .matMul(qkv.get(1).transpose(0, 1, 3, 2))
                .mul(1 / Math.sqrt(headDim))
                .add(mask);
        NDArray attended =
                scores.softmax(-1).matMul(qkv.get(2)).transpose(0, 2, 1, 3).reshape(rows, width, config.dim());
        NDArray y = x.add(linear(attended, name + ".attention.out.weight"));
        NDArray hidden =
                Activation.gelu(linear(norm(y, name + ".feed_forward_norm"), name + ".feed_forward.up.weight"));
        return y.add(linear(hidden, name + ".feed_forward.down.weight"));
    }

    private NDArray linear(NDArray x, String name) {
        return Linear.linear(x, weight(name)).singletonOrThrow();
    }

    private NDArray norm(NDArray x, String name) {
        return LayerNorm.layerNorm(x, new Shape(config.dim()), weight(name + ".weight"), weight(name + ".bias"), 1e-5f)
                .singletonOrThrow();
    }

    private NDArray weight(String name) {
        NDArray weight = weights.get(name);
        if (weight == null) {
            throw new IllegalStateException("The model has no parameter " + name + ".");
        }
        return weight;
    }

    @Override
    public void close() {
        manager.close();
    }
}
