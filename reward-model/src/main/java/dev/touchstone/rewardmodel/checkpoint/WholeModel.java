package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model of Llama's kind as a whole one that other engines load: nothing of its training, and adapters merged into its
 * matrices, W + scaling * B A.
 */
public final class WholeModel {

    private WholeModel() {}

    /**
     * Writes a new folder in Hugging Face's layout, fp32, durably; one matrix's rows are in memory at a time.
     *
     * @param model a whole model, or an opened adapter with the model below it
     * @param target the new folder
     * @throws IllegalArgumentException in one sentence, where no other engine can load such a model
     * @throws CheckpointException when a file is damaged or the disk refuses
     */
    public static void write(StoredModel model, Path target) throws CheckpointException {
        LoraConfig adapters = model.adapters();
        if (!(model.config() instanceof LlamaConfig config)) {
            throw new IllegalArgumentException(
                    "A built-in model is known to Touchstone alone: only models of Llama's kind can be written for others.");
        }
        if (adapters != null && model.adapterFolder() == null) {
            throw new IllegalArgumentException("There is nothing to merge: the model's adapters are not trained yet.");
        }
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("A folder is needed to write to, not " + target + ".");
        }
        try (WeightFiles files = WeightFiles.open(model);
                FolderWriter folder = FolderWriter.under(parent)) {
            for (Map.Entry<String, byte[]> text : model.texts().entrySet()) {
                if (!text.getKey().equals(LoraFiles.CONFIG)) {
                    folder.add(text.getKey(), text.getValue());
                }
            }
            List<TensorSource> tensors = new ArrayList<>();
            for (Parameter p : ParameterLayout.of(config, null).trained().parameters()) {
                tensors.add(new TensorSource(
                        p.name(),
                        Dtype.F32,
                        p.shape().stream().mapToLong(Long::longValue).toArray(),
                        sink -> whole(files, adapters, p, sink)));
            }
            folder.add(Checkpoint.WEIGHTS, file -> SafetensorsWriter.write(file, tensors, SafetensorsWriter.METADATA));
            folder.moveTo(String.valueOf(absolute.getFileName()));
        }
    }

    private static void whole(WeightFiles files, @Nullable LoraConfig adapters, Parameter p, FloatSink sink)
            throws CheckpointException {
        String stem = ParameterLayout.ADAPTED + p.name().replaceFirst("\\.weight$", "");
        if (adapters != null && files.has(stem + ".lora_A.weight")) {
            int inputs = Math.toIntExact(p.shape().get(1));
            float[] a = array(files, stem + ".lora_A.weight", adapters.rank() * inputs);
            float[] b = array(
                    files, stem + ".lora_B.weight", Math.toIntExact(p.shape().get(0)) * adapters.rank());
            Product product = new Product(a, b, adapters, inputs);
            files.read(p.name(), chunk -> sink.accept(product.addTo(chunk)));
        } else {
            boolean ofAdapter = files.has(ParameterLayout.ADAPTED + p.name());
            files.read(ofAdapter ? ParameterLayout.ADAPTED + p.name() : p.name(), sink);
        }
    }

    private static float[] array(WeightFiles files, String name, int size) throws CheckpointException {
        float[] values = new float[size];
        FloatBuffer target = FloatBuffer.wrap(values);
        files.read(name, target::put);
        return values;
    }

    /** Adds scaling * B A to the values of W as they come by, row after row. */
    private static final class Product {
        private final float[] a;
        private final float[] b;
        private final LoraConfig adapters;
        private final int inputs;
        private final double[] row;
        private long at;

        Product(float[] a, float[] b, LoraConfig adapters, int inputs) {
            this.a = a;
            this.b = b;
            this.adapters = adapters;
            this.inputs = inputs;
            this.row = new double[inputs];
        }

        FloatBuffer addTo(FloatBuffer chunk) {
            FloatBuffer sum = FloatBuffer.allocate(chunk.remaining());
            while (chunk.hasRemaining()) {
                int column = (int) (at % inputs);
                if (column == 0) {
                    compute((int) (at / inputs));
                }
                sum.put((float) (chunk.get() + row[column]));
                at++;
            }
            return sum.flip();
        }

        private void compute(int output) {
            Arrays.fill(row, 0);
            for (int r = 0; r < adapters.rank(); r++) {
                double factor = adapters.scaling() * b[output * adapters.rank() + r];
                for (int i = 0; i < inputs; i++) {
                    row[i] += factor * a[r * inputs + i];
                }
            }
        }
    }
}
