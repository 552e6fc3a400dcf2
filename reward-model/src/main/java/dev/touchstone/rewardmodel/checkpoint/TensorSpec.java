package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A tensor that a model must have.
 *
 * @param name as Python's library writes it
 * @param dimensions outermost first
 */
public record TensorSpec(String name, List<Dimension> dimensions) {

    /**
     * One dimension.
     *
     * @param size number of rows or columns
     * @param key of the JSON that says so
     */
    public record Dimension(long size, String key) {}

    public TensorSpec {
        dimensions = List.copyOf(dimensions);
    }

    TensorSpec(String name, Dimension... dimensions) {
        this(name, List.of(dimensions));
    }

    /** Sizes, outermost first. */
    public long[] shape() {
        return dimensions.stream().mapToLong(Dimension::size).toArray();
    }

    /**
     * The found tensors in the order of the expected ones, by expected name.
     *
     * @param where file or folder, for messages
     * @param json file that asks for the tensors, for messages
     * @param found by expected name, though a tensor's own name may be spelled otherwise
     * @throws CheckpointException (mismatch) when one lacks, has another shape or an unreadable type, or is too many
     */
    static Map<String, TensorInfo> match(
            Path where, String json, Map<String, TensorInfo> found, List<TensorSpec> expected)
            throws CheckpointException {
        Map<String, TensorInfo> left = new LinkedHashMap<>(found);
        Map<String, TensorInfo> matched = new LinkedHashMap<>();
        for (TensorSpec spec : expected) {
            TensorInfo tensor = left.remove(spec.name());
            if (tensor == null) {
                throw new CheckpointException(
                        Kind.MISMATCH, where + " lacks " + spec.name() + ", which " + json + " asks for.");
            }
            spec.check(where, json, tensor);
            matched.put(spec.name(), tensor);
        }
        if (!left.isEmpty()) {
            throw new CheckpointException(
                    Kind.MISMATCH,
                    where + " has " + left.values().iterator().next().name() + ", which a model of this " + json
                            + " has no place for.");
        }
        return matched;
    }

    private void check(Path where, String json, TensorInfo tensor) throws CheckpointException {
        if (!Arrays.equals(tensor.shape(), shape())) {
            throw new CheckpointException(
                    Kind.MISMATCH,
                    where + " has " + tensor.name() + " in shape " + Arrays.toString(tensor.shape()) + ", but " + json
                            + " wants " + Arrays.toString(shape()) + " by its " + disagreeing(tensor.shape()) + ".");
        }
        if (!tensor.dtype().readable()) {
            throw new CheckpointException(
                    Kind.MISMATCH,
                    where + " has " + tensor.name() + " as " + tensor.dtype()
                            + ": save the model as F32, BF16 or F16.");
        }
    }

    private String disagreeing(long[] shape) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < dimensions.size(); i++) {
            if (shape.length != dimensions.size()
                    || shape[i] != dimensions.get(i).size()) {
                keys.add(dimensions.get(i).key());
            }
        }
        return keys.stream().distinct().collect(Collectors.joining(" and "));
    }
}
