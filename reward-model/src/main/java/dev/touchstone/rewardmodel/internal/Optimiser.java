package dev.touchstone.rewardmodel.internal;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gradient, AdamW's moments and the moving average of one network, all of them in native memory beside its weights. For
 * one thread at a time.
 */
public final class Optimiser implements BatchGradient.Device {

    /**
     * One forward and backward pass.
     *
     * @param rows chosen sides, then their rejected sides in the same order
     * @param margins one per pair
     * @param labels how likely each pair's chosen side is the better one: 1, or 0.5 for a tie
     * @param weights how often each reward head counts each pair, [pairs][heads]
     * @param unseen 1 for pairs that were not learnt from before, 0 for others
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record MicroBatch(
            List<EncodedInput> rows, float[] margins, float[] labels, float[][] weights, float[] unseen) {
        /** Unseen pairs without a tie among them. */
        public MicroBatch(List<EncodedInput> rows, float[] margins, float[][] weights) {
            this(rows, margins, ones(margins.length), weights, ones(margins.length));
        }

        /** Whether a critique stands beside one row at least. */
        boolean critiqued() {
            return rows.stream().anyMatch(EncodedInput::critiqued);
        }

        private static float[] ones(int length) {
            float[] ones = new float[length];
            Arrays.fill(ones, 1);
            return ones;
        }
    }

    /**
     * The loss.
     *
     * @param smoothing share of labels taken to be wrong
     * @param centring weight of (r+ + r-)^2
     * @param scale what the sum over pairs and heads is multiplied by
     */
    public record Loss(double smoothing, double centring, double scale) {}

    /**
     * The update.
     *
     * @param averageShare share of the new weights in their moving average
     */
    public record Update(
            double rate, double beta1, double beta2, double epsilon, double decay, double clip, double averageShare) {}

    /** Results of a pass or an update, still on the device; reading waits for the device. */
    public static final class Result implements AutoCloseable {
        private final NDManager scratch;
        private final NDArray values;

        Result(NDManager scratch, NDArray values) {
            this.scratch = scratch;
            this.values = values;
        }

        /** The values, once; frees the native memory. */
        public float[] read() {
            try (this) {
                return values.toFloatArray();
            }
        }

        @Override
        public void close() {
            scratch.close();
        }
    }

    private final Network network;
    private final FlatVector gradient;
    private final FlatVector gradientBody;
    private final FlatVector gradientRest;
    private final FlatVector firstMoment;
    private final FlatVector secondMoment;
    private final @Nullable FlatVector average;
    private final NDArray[] groups;
    private final NDArray steps;
    private final NDArray nothing;

    /**
     * @param network made for training
     * @param averaging whether a moving average of the weights is kept
     */
    public Optimiser(Network network, boolean averaging) {
        this.network = network;
        FlatLayout layout = network.layout().trained();
        long size = layout.size();
        this.gradient = FlatVector.zeros(network, size, Precision.FP32);
        this.gradientBody = gradient.part(0, layout.bodySize());
        this.gradientRest = gradient.part(layout.bodySize(), size - layout.bodySize());
        this.firstMoment = FlatVector.zeros(network, size, Precision.FP32);
        this.secondMoment = FlatVector.zeros(network, size, Precision.FP32);
        this.average = averaging ? FlatVector.zeros(network, size, Precision.FP32) : null;
        this.steps = network.manager().zeros(new Shape());
        this.nothing = network.manager().zeros(new Shape(0));
        this.groups = new NDArray[9];
        FlatVector[] vectors = {network.trained(), gradient, firstMoment, secondMoment};
        for (int i = 0; i < vectors.length; i++) {
            groups[i] = named("p" + i, vectors[i].part(0, layout.decayed()).values());
            groups[4 + i] = named(
                    "q" + i,
                    vectors[i].part(layout.decayed(), size - layout.decayed()).values());
        }
        groups[8] = named("steps", steps);
    }

    private static NDArray named(String list, NDArray array) {
        array.setName(list + "[]");
        return array;
    }

    /** AdamW's m. */
    public FlatVector firstMoment() {
        return firstMoment;
    }

    /** AdamW's v. */
    public FlatVector secondMoment() {
        return secondMoment;
    }

    /** The gradient that has been accumulated since the last update. */
    public FlatVector gradient() {
        return gradient;
    }

    /** The moving average of the weights; null when none is kept. */
    public @Nullable FlatVector average() {
        return average;
    }

    /** Begins the moving average, where one is kept, with the weights as they are. */
    public void startAverage() {
        FlatVector mean = average;
        if (mean != null) {
            network.trained().copyTo(mean);
        }
    }

    /** Runs something while the moving average stands in the place of the weights, where one is kept. */
    public <T> T withAverage(Supplier<T> use) {
        FlatVector mean = average;
        if (mean == null) {
            return use.get();
        }
        network.trained().exchange(mean);
        try {
            return use.get();
        } finally {
            network.trained().exchange(mean);
        }
    }

    /** Sets AdamW's own count of steps, which its bias correction needs. */
    public void setSteps(long count) {
        steps.set(new float[] {count});
    }

    /**
     * Adds the gradient of a micro-batch.
     *
     * @return rewards before the update, [rows][heads]; with critiques beside the rows then those without them; at the end
     *     each head's share of the loss
     */
    @Override
    public Result accumulate(MicroBatch batch, Loss loss) {
        NDManager scratch = network.manager().newSubManager();
        try {
            int heads = network.config().rewardHeads();
            float[] weights = new float[batch.weights().length * heads];
            for (int i = 0; i < batch.weights().length; i++) {
                System.arraycopy(batch.weights()[i], 0, weights, i * heads, heads);
            }
            double[] options = {
                loss.smoothing(),
                loss.centring(),
                loss.scale(),
                network.compute().recompute() ? 1 : 0
            };
            List<NDArray> arguments = new ArrayList<>(List.of(
                    network.body().values(),
                    network.rest().values(),
                    network.frozenBody().values(),
                    network.frozenRest().values(),
                    gradientBody.values(),
                    gradientRest.values(),
                    network.ids(scratch, batch.rows()),
                    Network.last(scratch, batch.rows()),
                    scratch.create(batch.margins()),
                    scratch.create(batch.labels()),
                    scratch.create(weights, new Shape(batch.weights().length, heads)),
                    onCpu(scratch, options)));
            if (batch.critiqued()) {
                arguments.addAll(network.critiques(scratch, batch.rows()));
                arguments.add(scratch.create(batch.unseen()));
            }
            String method = batch.critiqued() ? "accumulate_critiqued" : "accumulate";
            return new Result(scratch, network.program().call(scratch, method, arguments.toArray(NDArray[]::new)));
        } catch (RuntimeException e) {
            scratch.close();
            throw e;
        }
    }

    /** Forgets the accumulated gradient. */
    @Override
    public void clear() {
        try (NDManager scratch = network.manager().newSubManager()) {
            network.program().call(scratch, "clear", gradient.values());
        }
    }

    /**
     * Changes the weights by the accumulated gradient and clears it.
     *
     * @param losses results of the passes since the last update: when one of them is not finite, nothing changes
     * @return norm of the gradient before clipping, then 1 if the step was skipped
     */
    public Result apply(List<Result> losses, Update update) {
        NDManager scratch = network.manager().newSubManager();
        try {
            NDArray loss = scratch.zeros(new Shape());
            for (Result result : losses) {
                loss = loss.add(result.values.sum());
            }
            double[] hyper = {
                update.rate(),
                update.beta1(),
                update.beta2(),
                update.epsilon(),
                update.decay(),
                update.clip(),
                update.averageShare()
            };
            NDArray[] arguments = Arrays.copyOf(groups, groups.length + 5);
            arguments[9] = network.trained().values();
            arguments[10] = gradient.values();
            arguments[11] = average == null ? nothing : average.values();
            arguments[12] = loss;
            arguments[13] = onCpu(scratch, hyper);
            return new Result(scratch, network.program().call(scratch, "update", arguments));
        } catch (RuntimeException e) {
            scratch.close();
            throw e;
        }
    }

    /** Numbers that the program reads at once stay off the device, so that nothing waits for it. */
    private static NDArray onCpu(NDManager scratch, double[] numbers) {
        return scratch.newSubManager(Device.cpu()).create(numbers);
    }
}
