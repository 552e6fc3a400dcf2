package dev.touchstone.rewardmodel.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where each parameter stands in a flat vector: the body (embeddings, then the matrices block by block), then the rest
 * (reward heads, last norms, then norms and biases block by block). Weight decay shrinks the body and the reward heads.
 * The parameters of a reader of critiques have names that begin with {@value #READER}; its blocks stand behind the others.
 *
 * @param layers number of blocks that read inputs
 * @param readers number of blocks of the same shape that read critiques; 0 for a model without a reader of its own for them
 * @param body views before the blocks' matrices
 * @param bodyBlock views of one block's matrices
 * @param rest views before the blocks' vectors, the reward heads first
 * @param restBlock views of one block's vectors
 */
public record FlatLayout(
        int layers, int readers, List<View> body, List<View> bodyBlock, List<View> rest, List<View> restBlock) {

    /** How the names of a reader's parameters begin. */
    public static final String READER = "critique.";

    /** How much an input's own reward counts beside a critique, divided by ten. */
    static final String TRUST = READER + "trust";

    /** A layout without a reader of critiques. */
    FlatLayout(int layers, List<View> body, List<View> bodyBlock, List<View> rest, List<View> restBlock) {
        this(layers, 0, body, bodyBlock, rest, restBlock);
    }

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
        return bodySize() + sizeOf(rest) + (layers + readers) * sizeOf(restBlock);
    }

    /** Length of the body. */
    public long bodySize() {
        return sizeOf(body) + (layers + readers) * sizeOf(bodyBlock);
    }

    /** How many values from the start weight decay shrinks. */
    public long decayed() {
        return bodySize()
                + rest.stream()
                        .filter(view -> view.name().endsWith("score"))
                        .mapToLong(View::size)
                        .sum();
    }

    /** All tensors in the order of the flat vector. */
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        long offset = add(parameters, body, 0, 0);
        for (int block = 0; block < layers + readers; block++) {
            offset = add(parameters, bodyBlock, block, offset);
        }
        offset = add(parameters, rest, 0, offset);
        for (int block = 0; block < layers + readers; block++) {
            offset = add(parameters, restBlock, block, offset);
        }
        return List.copyOf(parameters);
    }

    /**
     * The stretches of the flat vector that belong to what reads inputs, and where there is a reader of critiques its own and
     * how much inputs are trusted beside it: parts of the network that learn each by itself.
     */
    List<List<Stretch>> parts() {
        List<Stretch> inputs = new ArrayList<>();
        List<Stretch> critiques = new ArrayList<>();
        List<Stretch> trust = new ArrayList<>();
        for (Parameter parameter : parameters()) {
            append(
                    parameter.name().equals(TRUST) ? trust : parameter.name().startsWith(READER) ? critiques : inputs,
                    parameter);
        }
        return Stream.of(inputs, critiques, trust)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /**
     * Neighbouring values of the flat vector.
     *
     * @param from index of the first one
     * @param size how many
     */
    record Stretch(long from, long size) {}

    private static void append(List<Stretch> stretches, Parameter parameter) {
        Stretch last = stretches.isEmpty() ? new Stretch(0, 0) : stretches.get(stretches.size() - 1);
        if (!stretches.isEmpty() && last.from() + last.size() == parameter.offset()) {
            stretches.set(stretches.size() - 1, new Stretch(last.from(), last.size() + parameter.size()));
        } else {
            stretches.add(new Stretch(parameter.offset(), parameter.size()));
        }
    }

    private long add(List<Parameter> parameters, List<View> views, int block, long start) {
        long offset = start;
        for (View view : views) {
            for (View.Piece piece : view.pieces()) {
                String name = block < layers
                        ? piece.pattern().replace("%d", Integer.toString(block))
                        : READER + piece.pattern().replace("%d", Integer.toString(block - layers));
                parameters.add(new Parameter(name, piece.shape(), offset));
                offset += piece.size();
            }
        }
        return offset;
    }
}
