package dev.touchstone.rewardmodel.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * Where each parameter stands in a flat vector: the body (embedding, then the matrices block by block), then the rest
 * (reward heads, last norm, then norms and biases block by block). Weight decay shrinks the body and the reward heads.
 *
 * @param layers number of blocks
 * @param body views before the blocks' matrices
 * @param bodyBlock views of one block's matrices
 * @param rest views before the blocks' vectors, the reward heads first
 * @param restBlock views of one block's vectors
 */
public record FlatLayout(int layers, List<View> body, List<View> bodyBlock, List<View> rest, List<View> restBlock) {

    /**
     * One tensor of the files.
     *
     * @param name its full name
     * @param shape dimensions, outermost first
     * @param offset first index in the flat vector
     */
    public record Parameter(String name, List<Long> shape, long offset) {

        /** Number of values. */
        public long size() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        }
    }

    static FlatLayout empty(int layers) {
        return new FlatLayout(layers, List.of(), List.of(), List.of(), List.of());
    }

    static long sizeOf(List<View> views) {
        return views.stream().mapToLong(View::size).sum();
    }

    /** Length of the flat vector. */
    public long size() {
        return bodySize() + sizeOf(rest) + layers * sizeOf(restBlock);
    }

    /** Length of the body. */
    public long bodySize() {
        return sizeOf(body) + layers * sizeOf(bodyBlock);
    }

    /** How many values from the start weight decay shrinks. */
    public long decayed() {
        return bodySize()
                + rest.stream()
                        .filter(view -> view.name().equals("score"))
                        .mapToLong(View::size)
                        .sum();
    }

    /** All tensors in the order of the flat vector. */
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        long offset = add(parameters, body, 0, 0);
        for (int layer = 0; layer < layers; layer++) {
            offset = add(parameters, bodyBlock, layer, offset);
        }
        offset = add(parameters, rest, 0, offset);
        for (int layer = 0; layer < layers; layer++) {
            offset = add(parameters, restBlock, layer, offset);
        }
        return List.copyOf(parameters);
    }

    private static long add(List<Parameter> parameters, List<View> views, int layer, long start) {
        long offset = start;
        for (View view : views) {
            for (View.Piece piece : view.pieces()) {
                String name = piece.pattern().replace("%d", Integer.toString(layer));
                parameters.add(new Parameter(name, piece.shape(), offset));
                offset += piece.size();
            }
        }
        return offset;
    }
}
