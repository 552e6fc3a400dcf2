package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model folder, opened and verified. It holds {@code config.json}, {@code tokenizer.json}, {@code model.safetensors},
 * {@code training_state.safetensors} (AdamW's moments), {@code training_state.json} (counters), files of the caller's
 * own, and {@code manifest.json} with the SHA-256 of each of them. Its hash is a function of the content alone.
 */
public final class Checkpoint {

    static final String CONFIG = "config.json";
    private static final String TOKENIZER = "tokenizer.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String MOMENTS = "training_state.safetensors";
    static final String COUNTERS = "training_state.json";
    private static final String MANIFEST = "manifest.json";
    private static final Set<String> RESERVED = Set.of(CONFIG, TOKENIZER, WEIGHTS, MOMENTS, COUNTERS, MANIFEST);

    private static final String FILE_NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,100}";

    private final Path folder;
    private final String versionId;
    private final String sha256;
    private final BuiltInConfig model;
    private final float[] weights;
    private final Map<String, byte[]> files;
    private final SortedMap<String, String> digests;

    private Checkpoint(
            Path folder,
            String versionId,
            String sha256,
            BuiltInConfig model,
            float[] weights,
            Map<String, byte[]> files,
            SortedMap<String, String> digests) {
        this.folder = folder;
        this.versionId = versionId;
        this.sha256 = sha256;
        this.model = model;
        this.weights = weights;
        this.files = files;
        this.digests = digests;
    }

    /**
     * What goes into a checkpoint. The arrays belong to the record.
     *
     * @param model sizes
     * @param weights in the order of the flat vector
     * @param tokenizerJson the tokenizer
     * @param state counters and moments
     * @param extra the caller's own files by name (letters, digits, dot, dash, underscore)
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Contents(
            BuiltInConfig model,
            float[] weights,
            byte[] tokenizerJson,
            TrainingState state,
            Map<String, byte[]> extra) {}

    /**
     * A checkpoint on the disk.
     *
     * @param folder where it is
     * @param versionId {@code step-SSSSSSSS-hhhhhhhh}: optimiser steps and the first digits of the hash
     * @param sha256 of its content, 64 hex digits
     */
    public record Written(Path folder, String versionId, String sha256) {}

    /**
     * Writes a new folder under root: aside, forced to the disk, then renamed in one step. A folder of that name with the
     * same content is left as it is.
     *
     * @param name name of the folder; null for the version id
     * @throws CheckpointException (mismatch) when another content has that name, (IO) when the disk refuses
     */
    public static Written write(Path root, @Nullable String name, Contents contents) throws CheckpointException {
        for (String key : contents.extra().keySet()) {
            if (RESERVED.contains(key) || !key.matches(FILE_NAME)) {
                throw new IllegalArgumentException("\"" + key + "\" cannot be the name of an extra file.");
            }
        }
        FlatTensors tensors = new FlatTensors(contents.model());
        TrainingState state = contents.state();
        List<TensorSource> moments = new ArrayList<>(tensors.unflatten("m.", state.firstMoment()));
        moments.addAll(tensors.unflatten("v.", state.secondMoment()));
        try (FolderWriter files = FolderWriter.under(root)) {
            for (Map.Entry<String, byte[]> extra : contents.extra().entrySet()) {
                files.add(extra.getKey(), extra.getValue());
            }
            files.add(CONFIG, Descriptions.config(contents.model()));
            files.add(TOKENIZER, contents.tokenizerJson());
            List<TensorSource> weights = tensors.unflatten("", contents.weights());
            files.add(WEIGHTS, file -> SafetensorsWriter.write(file, weights, Map.of()));
            files.add(MOMENTS, file -> SafetensorsWriter.write(file, moments, Map.of()));
            files.add(COUNTERS, Descriptions.counters(state));
            SortedMap<String, String> digests = files.digests();
            String sha256 = FolderFiles.combined(digests);
            String versionId = "step-%08d-%s".formatted(state.steps(), sha256.substring(0, 8));
            files.add(MANIFEST, Descriptions.manifest(versionId, sha256, digests));
            String folderName = name == null ? versionId : name;
            Path folder = root.resolve(folderName);
            if (!Files.exists(folder)) {
                files.moveTo(folderName);
            } else if (!open(folder).sha256().equals(sha256)) {
                throw new CheckpointException(Kind.MISMATCH, folder + " exists already and holds another model.");
            }
            return new Written(folder, versionId, sha256);
        }
    }

    /**
     * Reads a folder and verifies every hash, the sizes and the shapes.
     *
     * @throws CheckpointException says which file is missing, corrupt or does not fit
     */
    public static Checkpoint open(Path folder) throws CheckpointException {
        JsonNode manifest = Descriptions.parse(folder, MANIFEST, bytes(folder, MANIFEST));
        Map<String, byte[]> files = new LinkedHashMap<>();
        SortedMap<String, String> digests = new TreeMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> it = manifest.path("files").fields(); it.hasNext(); ) {
            Map.Entry<String, JsonNode> entry = it.next();
            String name = entry.getKey();
            if (!name.matches(FILE_NAME)) {
                throw new CheckpointException(Kind.CORRUPT, folder + ": the manifest names a file outside the folder.");
            }
            digests.put(name, entry.getValue().asText());
            verify(folder, name, entry.getValue().asText());
            if (!name.equals(WEIGHTS) && !name.equals(MOMENTS)) {
                files.put(name, bytes(folder, name));
            }
        }
        String sha256 = FolderFiles.combined(digests);
        if (!sha256.equals(manifest.path("sha256").asText())) {
            throw new CheckpointException(
                    Kind.CORRUPT, folder.resolve(MANIFEST) + " does not agree with its own hash.");
        }
        String version = manifest.path("version").asText();
        if (!version.endsWith("-" + sha256.substring(0, 8))) {
            throw new CheckpointException(
                    Kind.CORRUPT, folder.resolve(MANIFEST) + " names a version that is not its own.");
        }
        BuiltInConfig model =
                Descriptions.model(folder, Descriptions.parse(folder, CONFIG, required(folder, files, CONFIG)));
        required(folder, files, TOKENIZER);
        FlatTensors tensors = new FlatTensors(model);
        required(folder, digests, WEIGHTS);
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
            float[] weights = tensors.flatten(file, "", tensors.count());
            return new Checkpoint(folder, version, sha256, model, weights, files, digests);
        }
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** Step and hash in short. */
    public String versionId() {
        return versionId;
    }

    /** Hash of the content, 64 hex digits. */
    public String sha256() {
        return sha256;
    }

    /** Sizes of the model. */
    public BuiltInConfig model() {
        return model;
    }

    /** The bytes of the tokenizer. */
    public byte[] tokenizerJson() throws CheckpointException {
        return required(folder, files, TOKENIZER).clone();
    }

    /** The weights in the order of the flat vector. */
    public float[] weights() {
        return weights.clone();
    }

    /** Counters and moments; (missing) when the folder is meant for scoring alone. */
    public TrainingState trainingState() throws CheckpointException {
        JsonNode counters = Descriptions.parse(folder, COUNTERS, required(folder, files, COUNTERS));
        FlatTensors tensors = new FlatTensors(model);
        int count = 2 * tensors.count();
        // The file is read long after the folder was opened: it may have changed.
        verify(folder, MOMENTS, required(folder, digests, MOMENTS));
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(MOMENTS))) {
            return new TrainingState(
                    Descriptions.counter(folder, counters, "steps"),
                    Descriptions.counter(folder, counters, "pairs"),
                    Descriptions.counter(folder, counters, "skipped_steps"),
                    (int) Descriptions.counter(folder, counters, "skipped_in_a_row"),
                    tensors.flatten(file, "m.", count),
                    tensors.flatten(file, "v.", count));
        }
    }

    /** The caller's own files by name. */
    public Map<String, byte[]> extra() {
        Map<String, byte[]> extra = new TreeMap<>(files);
        extra.keySet().removeAll(RESERVED);
        return extra;
    }

    private static void verify(Path folder, String name, String digest) throws CheckpointException {
        Path file = folder.resolve(name);
        try {
            if (!FolderFiles.sha256(file).equals(digest)) {
                throw new CheckpointException(Kind.CORRUPT, file + " is not what was written: its hash differs.");
            }
        } catch (NoSuchFileException e) {
            throw new CheckpointException(Kind.MISSING, file + " is missing.", e);
        } catch (IOException e) {
            throw new CheckpointException(Kind.IO, file + " could not be read: " + e, e);
        }
    }

    private static <T> T required(Path folder, Map<String, T> files, String name) throws CheckpointException {
        T content = files.get(name);
        if (content == null) {
            throw new CheckpointException(Kind.MISSING, folder.resolve(name) + " is missing.");
        }
        return content;
    }

    private static byte[] bytes(Path folder, String name) throws CheckpointException {
        try {
            return Files.readAllBytes(folder.resolve(name));
        } catch (NoSuchFileException e) {
            throw new CheckpointException(Kind.MISSING, folder.resolve(name) + " is missing.", e);
        } catch (IOException e) {
            throw new CheckpointException(Kind.IO, folder.resolve(name) + " could not be read: " + e, e);
        }
    }
}
