package dev.touchstone.rewardmodel.checkpoint;

import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.checkpoint.TensorSpec.Dimension;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The open files of a model's weights, tensors under the names of the network's layout, all shapes checked. */
final class WeightFiles implements AutoCloseable {

    private final TensorFolder base;
    private final @Nullable SafetensorsFile adapter;
    private final Map<String, String> baseNames = new HashMap<>();
    private final Map<String, String> adapterNames = new HashMap<>();

    private WeightFiles(TensorFolder base, @Nullable SafetensorsFile adapter) {
        this.base = base;
        this.adapter = adapter;
    }

    static WeightFiles open(StoredModel model) throws CheckpointException {
        TensorFolder base = TensorFolder.open(model.base());
        try {
            Path folder = model.adapterFolder();
            SafetensorsFile adapter = folder == null ? null : SafetensorsFile.open(folder.resolve(LoraFiles.WEIGHTS));
            WeightFiles files = new WeightFiles(base, adapter);
            try {
                files.match(model);
                return files;
            } catch (CheckpointException e) {
                files.close();
                throw e;
            }
        } catch (CheckpointException e) {
            base.close();
            throw e;
        }
    }

    private void match(StoredModel model) throws CheckpointException {
        if (!(model.config() instanceof LlamaConfig llama)) {
            List<TensorSpec> specs = new ArrayList<>();
            for (Parameter p :
                    ParameterLayout.of(model.config(), null).trained().parameters()) {
                specs.add(new TensorSpec(
                        p.name(),
                        p.shape().stream()
                                .map(size -> new Dimension(size, "sizes"))
                                .toList()));
            }
            TensorSpec.match(base.folder(), HuggingFaceConfig.FILE, base.tensors(), specs)
                    .forEach((name, tensor) -> baseNames.put(name, tensor.name()));
            return;
        }
        matchLlama(model, llama);
    }

    private void matchLlama(StoredModel model, LlamaConfig llama) throws CheckpointException {
        // A model whose own heads were replaced by another number of them still has the old ones in its file.
        boolean oldHead = !model.hasHeadInBase() && base.tensors().containsKey(LlamaTensors.HEAD);
        LlamaConfig stored = oldHead ? llama.withRewardHeads(headsOf(base)) : llama;
        LlamaTensors.find(base, stored, oldHead || model.hasHeadInBase())
                .forEach((name, tensor) -> baseNames.put(name, tensor.name()));
        if (oldHead) {
            baseNames.remove(LlamaTensors.HEAD);
        }
        Path folder = model.adapterFolder();
        if (folder != null && adapter != null) {
            LoraFiles.read(folder)
                    .find(adapter, llama)
                    .forEach((name, tensor) -> adapterNames.put(name, tensor.name()));
        }
        String head = baseNames.get(LlamaTensors.HEAD);
        if (model.adapters() != null
                && head != null
                && !adapterNames.containsKey(ParameterLayout.ADAPTED + LlamaTensors.HEAD)) {
            baseNames.put(ParameterLayout.ADAPTED + LlamaTensors.HEAD, head);
        }
    }

    private static int headsOf(TensorFolder base) {
        TensorInfo head = base.tensors().get(LlamaTensors.HEAD);
        return head == null || head.shape().length == 0 ? 1 : (int) Math.min(64, Math.max(1, head.shape()[0]));
    }

    boolean has(String name) {
        return adapterNames.containsKey(name) || baseNames.containsKey(name);
    }

    /** The file or folder that has a tensor. */
    Path owner(String name) {
        return adapter != null && adapterNames.containsKey(name) ? adapter.file() : base.folder();
    }

    void read(String name, FloatSink sink) throws CheckpointException {
        String inAdapter = adapterNames.get(name);
        if (adapter != null && inAdapter != null) {
            adapter.read(inAdapter, sink);
        } else {
            base.read(baseNames.getOrDefault(name, name), sink);
        }
    }

    /** SHA-256 over config.json and all weights of a folder, whatever it is called. */
    static String sha256(Path folder) throws CheckpointException {
        SortedMap<String, String> digests = new TreeMap<>();
        try (Stream<Path> listed = Files.list(folder)) {
            for (Path file : listed.toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.equals(HuggingFaceConfig.FILE) || name.endsWith(".safetensors")) {
                    digests.put(name, FolderFiles.sha256(file));
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(CheckpointException.Kind.IO, folder + " could not be read: " + e, e);
        }
        return FolderFiles.combined(digests);
    }

    @Override
    public void close() throws CheckpointException {
        base.close();
        if (adapter != null) {
            adapter.close();
        }
    }
}
