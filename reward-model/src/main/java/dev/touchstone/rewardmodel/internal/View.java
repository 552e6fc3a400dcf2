package dev.touchstone.rewardmodel.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One parameter as the program sees it, made of tensors of the files that stand one behind the other.
 *
 * @param name in the program
 * @param pieces the tensors, of which only the first dimension may differ
 */
record View(String name, List<Piece> pieces) {

    /**
     * One tensor of the files.
     *
     * @param pattern its name, {@code %d} standing for the block's number
     * @param shape dimensions, outermost first
     */
    record Piece(String pattern, List<Long> shape) {

        long size() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        }
    }

    static View of(String name, String pattern, long... shape) {
        return new View(name, List.of(piece(pattern, shape)));
    }

    static Piece piece(String pattern, long... shape) {
        return new Piece(pattern, Arrays.stream(shape).boxed().toList());
    }

    long size() {
        return pieces.stream().mapToLong(Piece::size).sum();
    }

    /** Dimensions of the whole. */
    List<Long> shape() {
        List<Long> rest = pieces.get(0).shape();
        long first = pieces.stream().mapToLong(piece -> piece.shape().get(0)).sum();
        List<Long> shape = new ArrayList<>(rest);
        shape.set(0, first);
        return List.copyOf(shape);
    }
}
