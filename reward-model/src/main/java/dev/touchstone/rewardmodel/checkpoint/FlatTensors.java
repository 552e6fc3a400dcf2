package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import dev.touchstone.rewardmodel.internal.ParameterLayout.Parameter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Between a flat vector and tensors by name. */
final class FlatTensors {

    private final ParameterLayout layout;

    FlatTensors(BuiltInConfig model) {
        this.layout = new ParameterLayout(model);
    }

    /** How many tensors a vector makes. */
    int count() {
        return layout.parameters().size();
    }

    List<TensorSource> unflatten(String prefix, float[] flat) {
        if (flat.length != layout.size()) {
            throw new IllegalArgumentException("A vector of this model has " + layout.size() + " values.");
        }
        return layout.parameters().stream()
                .map(p -> TensorSource.of(prefix + p.name(), p.shape(), flat, p.offset()))
                .toList();
    }

    /** The vector of all tensors with this prefix, when the file holds so many tensors in the right shapes. */
    float[] flatten(SafetensorsFile file, String prefix, int expected) throws CheckpointException {
        if (file.tensors().size() != expected) {
            throw new CheckpointException(
                    Kind.MISMATCH,
                    file.file() + " has " + file.tensors().size() + " tensors, but config.json wants " + expected
                            + ".");
        }
        for (Parameter p : layout.parameters()) {
            check(file.file(), file.tensors().get(prefix + p.name()), prefix + p.name(), p.shape());
        }
        float[] flat = new float[layout.size()];
        for (Parameter p : layout.parameters()) {
            FloatBuffer target = FloatBuffer.wrap(flat, p.offset(), p.size());
            file.read(prefix + p.name(), target::put);
        }
        return flat;
    }

    private static void check(Path file, @Nullable TensorInfo tensor, String name, long[] shape)
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
