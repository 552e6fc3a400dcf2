package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.internal.FlatLayout;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Between a flat vector and tensors by name. */
final class FlatTensors {

    private final FlatLayout layout;

    FlatTensors(BuiltInConfig model) {
        this.layout = ParameterLayout.of(model, null).trained();
    }

    /** How many tensors a vector makes. */
    int count() {
        return layout.parameters().size();
    }

    Map<String, Safetensors.Tensor> unflatten(String prefix, float[] flat) {
        if (flat.length != layout.size()) {
            throw new IllegalArgumentException("A vector of this model has " + layout.size() + " values.");
        }
        Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
        for (FlatLayout.Parameter p : layout.parameters()) {
            float[] values = Arrays.copyOfRange(flat, (int) p.offset(), (int) (p.offset() + p.size()));
            tensors.put(prefix + p.name(), new Safetensors.Tensor(shape(p), values));
        }
        return tensors;
    }

    /** The vector of all tensors with this prefix, when the file holds so many tensors in the right shapes. */
    float[] flatten(Path file, Map<String, Safetensors.Tensor> tensors, String prefix, int expected)
            throws CheckpointException {
        if (tensors.size() != expected) {
            throw new CheckpointException(
                    Kind.MISMATCH,
                    file + " has " + tensors.size() + " tensors, but config.json wants " + expected + ".");
        }
        for (FlatLayout.Parameter p : layout.parameters()) {
            check(file, tensors.get(prefix + p.name()), prefix + p.name(), shape(p));
        }
        float[] flat = new float[(int) layout.size()];
        for (FlatLayout.Parameter p : layout.parameters()) {
            float[] values =
                    Objects.requireNonNull(tensors.get(prefix + p.name())).values();
            System.arraycopy(values, 0, flat, (int) p.offset(), (int) p.size());
        }
        return flat;
    }

    private static long[] shape(FlatLayout.Parameter p) {
        return p.shape().stream().mapToLong(Long::longValue).toArray();
    }

    private static void check(Path file, Safetensors.@Nullable Tensor tensor, String name, long[] shape)
            throws CheckpointException {
        if (tensor == null) {
            throw new CheckpointException(Kind.MISMATCH, file + " lacks " + name + ".");
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new CheckpointException(
                    Kind.MISMATCH,
                    file + " has " + name + " in shape " + Arrays.toString(tensor.shape()) + ", but config.json wants "
                            + Arrays.toString(shape) + ".");
        }
    }
}
