package dev.touchstone.rewardmodel.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.ModelConfig;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The compiled program and one set of weights in native memory. Scoring is safe for several threads; nothing may run
 * while or after it is closed, and nobody may write weights while somebody scores.
 */
public final class Network implements AutoCloseable {

    /** What a network's weights are for. */
    public enum Purpose {
        /** Weights stay fp32, in one vector that an optimiser changes. */
        TRAINING,
        /** Blocks are kept in the type in which they are computed. */
        SCORING
    }

    private final ModelConfig config;
    private final Compute compute;
    private final ParameterLayout layout;
    private final DeviceMemory memory;
    private final NDManager manager;
    private final Program program;
    private final @Nullable FlatVector trained;
    private final FlatVector body;
    private final FlatVector rest;
    private final FlatVector frozenBody;
    private final FlatVector frozenRest;

    /** A network whose weights are all zero until {@link #put} fills them. */
    public Network(ModelConfig config, @Nullable LoraConfig adapters, Compute compute, Purpose purpose) {
        this.config = config;
        this.compute = compute;
        this.layout = ParameterLayout.of(config, adapters);
        this.memory = new DeviceMemory(
                purpose == Purpose.TRAINING ? compute.forScoring().batchTokens() : compute.batchTokens());
        this.manager = NDManager.newBaseManager(Torch.device(compute.device()));
        this.program = new Program(manager, config, adapters, compute.precision());
        FlatLayout flat = layout.trained();
        if (purpose == Purpose.TRAINING) {
            FlatVector whole = FlatVector.zeros(this, flat.size(), Precision.FP32);
            this.trained = whole;
            this.body = whole.part(0, flat.bodySize());
            this.rest = whole.part(flat.bodySize(), flat.size() - flat.bodySize());
        } else {
            this.trained = null;
            this.body = FlatVector.zeros(this, flat.bodySize(), compute.precision());
            this.rest = FlatVector.zeros(this, flat.size() - flat.bodySize(), Precision.FP32);
        }
        FlatLayout frozen = layout.frozen();
        this.frozenBody = FlatVector.zeros(this, frozen.bodySize(), compute.precision());
        this.frozenRest = FlatVector.zeros(this, frozen.size() - frozen.bodySize(), Precision.FP32);
    }

    NDManager manager() {
        return manager;
    }

    Program program() {
        return program;
    }

    /** Where parameters stand. */
    public ParameterLayout layout() {
        return layout;
    }

    /** Shape of the network. */
    public ModelConfig config() {
        return config;
    }

    /** How it is computed. */
    public Compute compute() {
        return compute;
    }

    /** The vector of all weights that learn; only of a network for training. */
    public FlatVector trained() {
        if (trained == null) {
            throw new IllegalStateException("This network was made for scoring: its weights cannot learn.");
        }
        return trained;
    }

    FlatVector body() {
        return body;
    }

    FlatVector rest() {
        return rest;
    }

    FlatVector frozenBody() {
        return frozenBody;
    }

    FlatVector frozenRest() {
        return frozenRest;
    }

    /** Copies values of a parameter, from {@code index} of its values on. */
    public void put(Parameter parameter, boolean frozen, long index, FloatBuffer values) {
        long offset = parameter.offset() + index;
        long bodySize = (frozen ? layout.frozen() : layout.trained()).bodySize();
        if (parameter.offset() < bodySize) {
            (frozen ? frozenBody : body).put(offset, values);
        } else {
            (frozen ? frozenRest : rest).put(offset - bodySize, values);
        }
    }

    /**
     * Rewards by each head, one row per input in the order of the inputs, computed in batches of like length.
     *
     * @return [inputs][reward heads]
     */
    public float[][] score(List<EncodedInput> inputs) {
        float[][] rewards = new float[inputs.size()][];
        boolean done = false;
        while (!done) {
            List<int[]> plan = BatchPlan.of(
                    inputs.size(),
                    i -> inputs.get(i).length(),
                    i -> inputs.get(i).critiqued(),
                    memory.tokens());
            try {
                for (int[] batch : plan) {
                    score(inputs, batch, rewards);
                }
                done = true;
            } catch (RuntimeException e) {
                int most = plan.stream().mapToInt(batch -> batch.length).max().orElse(1);
                int largest = plan.stream()
                        .mapToInt(batch -> batch.length
                                * BatchPlan.padded(
                                        inputs.get(batch[batch.length - 1]).length()))
                        .max()
                        .orElse(1);
                memory.shrink(e, largest, most > 1);
            }
        }
        return rewards;
    }

    private void score(List<EncodedInput> inputs, int[] batch, float[][] rewards) {
        float[][] part = scoreBatch(Arrays.stream(batch).mapToObj(inputs::get).toList());
        for (int i = 0; i < batch.length; i++) {
            rewards[batch[i]] = part[i];
        }
    }

    private float[][] scoreBatch(List<EncodedInput> rows) {
        try (NDManager scratch = manager.newSubManager()) {
            List<NDArray> arguments = new ArrayList<>(List.of(
                    body.values(),
                    rest.values(),
                    frozenBody.values(),
                    frozenRest.values(),
                    ids(scratch, rows),
                    last(scratch, rows)));
            boolean critiqued = rows.stream().anyMatch(EncodedInput::critiqued);
            if (critiqued) {
                arguments.addAll(critiques(scratch, rows));
            }
            float[] flat = program.infer(
                            scratch, critiqued ? "score_critiqued" : "score", arguments.toArray(NDArray[]::new))
                    .toFloatArray();
            return rows(flat, 0, rows.size());
        }
    }

    /** Cuts rows of one value per reward head out of an array. */
    float[][] rows(float[] flat, int first, int count) {
        int heads = config.rewardHeads();
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = Arrays.copyOfRange(flat, (first + i) * heads, (first + i + 1) * heads);
        }
        return rows;
    }

    NDArray ids(NDManager scratch, List<EncodedInput> rows) {
        return tokens(scratch, rows.stream().map(EncodedInput::ids).toList());
    }

    /** Where the reward is read. */
    static NDArray last(NDManager scratch, List<EncodedInput> rows) {
        return ends(scratch, rows.stream().map(EncodedInput::ids).toList());
    }

    /** The critiques beside the inputs, and where what they add is read: -1 where there is none. */
    List<NDArray> critiques(NDManager scratch, List<EncodedInput> rows) {
        List<int[]> critiques = rows.stream().map(EncodedInput::critique).toList();
        return List.of(tokens(scratch, critiques), ends(scratch, critiques));
    }

    private static NDArray ends(NDManager scratch, List<int[]> rows) {
        return scratch.create(rows.stream().mapToLong(row -> row.length - 1).toArray());
    }

    private NDArray tokens(NDManager scratch, List<int[]> rows) {
        int longest = rows.stream().mapToInt(row -> row.length).max().orElse(1);
        if (longest > config.maxTokens()) {
            throw new IllegalArgumentException("An input has " + longest + " tokens, but the model takes "
                    + config.maxTokens() + ": encode it with the model's own format.");
        }
        int width = Math.min(BatchPlan.padded(longest), config.maxTokens());
        long[] ids = new long[rows.size() * width];
        for (int row = 0; row < rows.size(); row++) {
            int[] tokens = rows.get(row);
            for (int t = 0; t < tokens.length; t++) {
                if (tokens[t] < 0 || tokens[t] >= config.vocabulary()) {
                    throw new IllegalArgumentException("Token id " + tokens[t] + " is not in the model's vocabulary of "
                            + config.vocabulary() + ": encode with the model's own format.");
                }
                ids[row * width + t] = tokens[t];
            }
        }
        return scratch.create(ids, new Shape(rows.size(), width));
    }

    /** How many arrays live as long as this network; constant unless something leaks. */
    public int managedArrays() {
        return manager.getManagedArrays().size();
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
