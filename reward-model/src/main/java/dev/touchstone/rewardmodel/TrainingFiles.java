package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.Dtype;
import dev.touchstone.rewardmodel.checkpoint.SafetensorsFile;
import dev.touchstone.rewardmodel.checkpoint.TensorInfo;
import dev.touchstone.rewardmodel.checkpoint.TensorSource;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.FlatVector;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.internal.Optimiser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Between native vectors and the tensors of a checkpoint. */
final class TrainingFiles {

    private static final String FIRST = "m.";
    private static final String SECOND = "v.";
    private static final String WEIGHTS = "w.";

    private TrainingFiles() {}

    /** The weights that serve: their moving average where there is one. */
    static List<TensorSource> weights(Network network, Optimiser optimiser) {
        FlatVector average = optimiser.average();
        return tensors(network, "", average == null ? network.trained() : average);
    }

    /** AdamW's moments, and the weights themselves where their average serves. */
    static List<TensorSource> state(Network network, Optimiser optimiser) {
        List<TensorSource> state = new ArrayList<>();
        vectors(network, optimiser).forEach((prefix, vector) -> state.addAll(tensors(network, prefix, vector)));
        return state;
    }

    /** Fills moments, and the average from the weights that serve. */
    static void read(Checkpoint checkpoint, Network network, Optimiser optimiser) throws CheckpointException {
        optimiser.startAverage();
        Map<String, FlatVector> vectors = vectors(network, optimiser);
        List<Parameter> parameters = network.layout().trained().parameters();
        try (SafetensorsFile file = checkpoint.state()) {
            int expected = vectors.size() * parameters.size();
            if (file.tensors().size() != expected) {
                throw new CheckpointException(
                        CheckpointException.Kind.MISMATCH,
                        file.file() + " has " + file.tensors().size() + " tensors, but this training has " + expected
                                + ": go on with the configuration that the model was begun with.");
            }
            for (Map.Entry<String, FlatVector> vector : vectors.entrySet()) {
                for (Parameter parameter : parameters) {
                    read(file, vector.getKey() + parameter.name(), parameter, vector.getValue());
                }
            }
        }
    }

    private static void read(SafetensorsFile file, String name, Parameter parameter, FlatVector target)
            throws CheckpointException {
        @Nullable TensorInfo info = file.tensors().get(name);
        if (info == null || !Arrays.equals(info.shape(), shape(parameter))) {
            throw new CheckpointException(
                    CheckpointException.Kind.MISMATCH,
                    file.file() + " lacks " + name + " in the shape " + parameter.shape() + " of the model.");
        }
        long[] at = {parameter.offset()};
        file.read(name, chunk -> {
            target.put(at[0], chunk);
            at[0] += chunk.remaining();
        });
    }

    private static Map<String, FlatVector> vectors(Network network, Optimiser optimiser) {
        Map<String, FlatVector> vectors = new LinkedHashMap<>();
        vectors.put(FIRST, optimiser.firstMoment());
        vectors.put(SECOND, optimiser.secondMoment());
        if (optimiser.average() != null) {
            vectors.put(WEIGHTS, network.trained());
        }
        return vectors;
    }

    private static List<TensorSource> tensors(Network network, String prefix, FlatVector vector) {
        List<TensorSource> tensors = new ArrayList<>();
        for (Parameter parameter : network.layout().trained().parameters()) {
            tensors.add(new TensorSource(
                    prefix + parameter.name(),
                    Dtype.F32,
                    shape(parameter),
                    sink -> vector.get(parameter.offset(), parameter.size(), sink::accept)));
        }
        return tensors;
    }

    private static long[] shape(Parameter parameter) {
        return parameter.shape().stream().mapToLong(Long::longValue).toArray();
    }
}
