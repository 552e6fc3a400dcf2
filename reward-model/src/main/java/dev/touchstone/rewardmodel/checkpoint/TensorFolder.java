package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The weights of a folder as one view: {@code model.safetensors}, or the shards that
 * {@code model.safetensors.index.json} names. As in Python's transformers, the whole file wins when both are there, and
 * the index tells which files to open: tensors of a shard that it does not list belong to the view, too. For one thread
 * at a time.
 */
public final class TensorFolder implements AutoCloseable {

    private static final String WHOLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String PICKLE = "pytorch_model.bin";
    private static final long LONGEST_INDEX = 32 << 20;
    private static final String SHARD_NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\\.safetensors";

    private final Path folder;
    private final List<SafetensorsFile> files = new ArrayList<>();
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, SafetensorsFile> owners = new LinkedHashMap<>();

    private TensorFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens all files of weights and checks their headers.
     *
     * @throws CheckpointException (missing) when there are no weights or a shard lacks, (mismatch) when they are only there
     *     as pickles, (corrupt) when a file or the index is not sound, (IO) when the disk refuses
     */
    public static TensorFolder open(Path folder) throws CheckpointException {
        TensorFolder opened = new TensorFolder(folder);
        boolean sound = false;
        try {
            if (Files.exists(folder.resolve(WHOLE))) {
                opened.add(WHOLE);
            } else if (Files.exists(folder.resolve(INDEX))) {
                opened.addShards();
            } else if (Files.exists(folder.resolve(PICKLE)) || Files.exists(folder.resolve(PICKLE + ".index.json"))) {
                throw new CheckpointException(
                        Kind.MISMATCH,
                        folder + " has its weights as " + PICKLE + " alone, which may run code when it is read:"
                                + " convert it with save_pretrained(..., safe_serialization=True).");
            } else {
                throw new CheckpointException(Kind.MISSING, folder + " has neither " + WHOLE + " nor " + INDEX + ".");
            }
            sound = true;
            return opened;
        } finally {
            if (!sound) {
                opened.close();
            }
        }
    }

    private void addShards() throws CheckpointException {
        Path index = folder.resolve(INDEX);
        // Shards in the order of their names, each once.
        Map<String, List<String>> shards = new TreeMap<>();
        JsonNode weightMap = JsonFile.read(index, LONGEST_INDEX).node().path("weight_map");
        if (!weightMap.isObject() || weightMap.isEmpty()) {
            throw new CheckpointException(Kind.CORRUPT, index + " lacks its weight_map: download it again.");
        }
        for (Iterator<Map.Entry<String, JsonNode>> it = weightMap.fields(); it.hasNext(); ) {
            Map.Entry<String, JsonNode> entry = it.next();
            String shard = entry.getValue().asText();
            if (!entry.getValue().isTextual() || !shard.matches(SHARD_NAME)) {
                throw new CheckpointException(
                        Kind.CORRUPT,
                        index + " says that " + entry.getKey() + " is in a file whose name is not a plain one"
                                + " that ends in .safetensors.");
            }
            shards.computeIfAbsent(shard, key -> new ArrayList<>()).add(entry.getKey());
        }
        for (Map.Entry<String, List<String>> shard : shards.entrySet()) {
            SafetensorsFile file = add(shard.getKey());
            for (String name : shard.getValue()) {
                if (!file.tensors().containsKey(name)) {
                    throw new CheckpointException(
                            Kind.CORRUPT,
                            file.file() + " lacks " + name + ", which " + INDEX
                                    + " says is in it: download both again.");
                }
            }
        }
    }

    private SafetensorsFile add(String name) throws CheckpointException {
        SafetensorsFile file = SafetensorsFile.open(folder.resolve(name));
        files.add(file);
        for (TensorInfo tensor : file.tensors().values()) {
            SafetensorsFile other = owners.put(tensor.name(), file);
            if (other != null) {
                throw new CheckpointException(
                        Kind.CORRUPT, other.file() + " and " + file.file() + " both have " + tensor.name() + ".");
            }
            tensors.put(tensor.name(), tensor);
        }
        return file;
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** All tensors by name: files in the order of their names, tensors in the order of their values. */
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Hands the values of a tensor to a sink; see {@link SafetensorsFile#read}. */
    public void read(String name, FloatSink sink) throws CheckpointException {
        SafetensorsFile file = owners.get(name);
        if (file == null) {
            throw new CheckpointException(Kind.MISMATCH, folder + " has no tensor " + name + ".");
        }
        file.read(name, sink);
    }

    @Override
    public void close() throws CheckpointException {
        CheckpointException failure = null;
        for (SafetensorsFile file : files) {
            try {
                file.close();
            } catch (CheckpointException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
