package dev.touchstone.rewardmodel.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.touchstone.rewardmodel.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A vector of parameters, moments or gradients in native memory, on the network's device. It is filled and read in
 * pieces, so that a model of many gigabytes never passes through Java's heap.
 */
public final class FlatVector {

    /** Values that are copied at once. */
    private static final int PIECE = 1 << 22;

    private final Network network;
    private final NDArray values;
    private final long size;

    FlatVector(Network network, NDArray values, long size) {
        this.network = network;
        this.values = values;
        this.size = size;
    }

    static FlatVector zeros(Network network, long size, Precision type) {
        NDManager manager = network.manager();
        try (NDManager scratch = manager.newSubManager()) {
            NDArray like = scratch.zeros(new Shape(0));
            NDArray zeros =
                    network.program().call(scratch, "zeros", like, scalar(scratch, size), scalar(scratch, type.code()));
            zeros.attach(manager);
            return new FlatVector(network, zeros, size);
        }
    }

    private static NDArray scalar(NDManager scratch, long value) {
        return scratch.create(value);
    }

    NDArray values() {
        return values;
    }

    /** Number of values. */
    public long size() {
        return size;
    }

    /** A stretch that shares this vector's memory. */
    FlatVector part(long offset, long length) {
        return new FlatVector(network, values.get(offset + ":" + (offset + length)), length);
    }

    /** Copies values to this position. */
    public void put(long offset, FloatBuffer chunk) {
        FloatBuffer rest = chunk.duplicate();
        long at = offset;
        while (rest.hasRemaining()) {
            int n = Math.min(PIECE, rest.remaining());
            try (NDManager scratch = network.manager().newSubManager()) {
                ByteBuffer bytes = ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder());
                FloatBuffer piece = rest.slice().limit(n);
                bytes.asFloatBuffer().put(piece);
                NDArray source = scratch.create(bytes, new Shape(n), DataType.FLOAT32);
                network.program().call(scratch, "put", values, scalar(scratch, at), source);
            }
            rest.position(rest.position() + n);
            at += n;
        }
    }

    /** Takes pieces of a stretch. */
    public interface Sink<E extends Exception> {
        /** The piece is valid during the call only. */
        void accept(FloatBuffer piece) throws E;
    }

    /** Hands a stretch to the sink in pieces; a piece is valid during the call only. */
    public <E extends Exception> void get(long offset, long length, Sink<E> sink) throws E {
        for (long at = offset; at < offset + length; at += PIECE) {
            long n = Math.min(PIECE, offset + length - at);
            try (NDManager scratch = network.manager().newSubManager()) {
                NDArray piece = network.program().call(scratch, "get", values, scalar(scratch, at), scalar(scratch, n));
                sink.accept(piece.toByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer());
            }
        }
    }

    /** Copies all values to another vector of the same length. */
    void copyTo(FlatVector target) {
        try (NDManager scratch = network.manager().newSubManager()) {
            network.program().call(scratch, "put", target.values, scalar(scratch, 0), values);
        }
    }

    /** Exchanges all values with another vector of the same length. */
    void exchange(FlatVector other) {
        try (NDManager scratch = network.manager().newSubManager()) {
            network.program().call(scratch, "exchange", values, other.values);
        }
    }

    /** All values, of a vector that is small enough for an array. */
    public float[] toArray() {
        float[] array = new float[Math.toIntExact(size)];
        FloatBuffer target = FloatBuffer.wrap(array);
        get(0, size, target::put);
        return array;
    }
}
