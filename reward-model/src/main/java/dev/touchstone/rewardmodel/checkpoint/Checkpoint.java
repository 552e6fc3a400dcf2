package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A version of a model in a folder of its own, opened and verified. It holds the model in Hugging Face's layout
 * ({@code config.json}, {@code tokenizer.json}, {@code model.safetensors} and the like), or an adapter in PEFT's
 * ({@code adapter_config.json}, {@code adapter_model.safetensors}, and {@code base.json} with the number of reward heads and the hash of the model below);
 * then {@code training_state.safetensors} (AdamW's moments, and the weights themselves where their average serves),
 * {@code training_state.json} (counters), files of the caller's own, and {@code manifest.json} with the SHA-256 of each of
 * them. Its hash is a function of the content alone.
 */
public final class Checkpoint {

    /** The weights of a whole model. */
    public static final String WEIGHTS = "model.safetensors";

    /** The weights of an adapter. */
    public static final String ADAPTER = LoraFiles.WEIGHTS;

    /** Names every other file with its hash. A folder without it is not whole. */
    public static final String MANIFEST = "manifest.json";

    private static final String STATE = "training_state.safetensors";
    static final String COUNTERS = "training_state.json";
    static final String BASE = "base.json";
    private static final Set<String> RESERVED = reserved();

    private static final String FILE_NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,100}";

    private final Path folder;
    private final String versionId;
    private final String sha256;
    private final StoredModel model;
    private final SortedMap<String, String> digests;

    private Checkpoint(
            Path folder, String versionId, String sha256, StoredModel model, SortedMap<String, String> digests) {
        this.folder = folder;
        this.versionId = versionId;
        this.sha256 = sha256;
        this.model = model;
        this.digests = digests;
    }

    private static Set<String> reserved() {
        Set<String> names = new HashSet<>(StoredModel.TEXTS);
        names.addAll(List.of(WEIGHTS, ADAPTER, STATE, COUNTERS, BASE, MANIFEST));
        return Set.copyOf(names);
    }

    /**
     * What goes into a checkpoint.
     *
     * @param model what the weights belong to
     * @param weights of the model, or of its adapters and reward heads
     * @param state AdamW's moments, and further vectors of training, by name
     * @param counters what training counts
     * @param extra the caller's own files by name (letters, digits, dot, dash, underscore)
     */
    public record Contents(
            StoredModel model,
            List<TensorSource> weights,
            List<TensorSource> state,
            TrainingCounters counters,
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
        boolean adapter = contents.model().adapters() != null;
        try (FolderWriter files = FolderWriter.under(root)) {
            for (Map.Entry<String, byte[]> extra : contents.extra().entrySet()) {
                files.add(extra.getKey(), extra.getValue());
            }
            for (Map.Entry<String, byte[]> text : contents.model().texts().entrySet()) {
                // An adapter's folder is one to PEFT and transformers only without a config.json of its own.
                if (!adapter || !text.getKey().equals(HuggingFaceConfig.FILE)) {
                    files.add(text.getKey(), text.getValue());
                }
            }
            if (adapter) {
                files.add(
                        BASE,
                        Descriptions.base(
                                contents.model().baseSha256(),
                                contents.model().config().rewardHeads()));
            }
            files.add(
                    adapter ? ADAPTER : WEIGHTS,
                    file -> SafetensorsWriter.write(file, contents.weights(), SafetensorsWriter.METADATA));
            files.add(STATE, file -> SafetensorsWriter.write(file, contents.state(), Map.of()));
            files.add(COUNTERS, Descriptions.counters(contents.counters()));
            SortedMap<String, String> digests = files.digests();
            String sha256 = files.sha256();
            String versionId = "step-%08d-%s".formatted(contents.counters().steps(), sha256.substring(0, 8));
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
        SortedMap<String, String> digests = new TreeMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> it = manifest.path("files").fields(); it.hasNext(); ) {
            Map.Entry<String, JsonNode> entry = it.next();
            if (!entry.getKey().matches(FILE_NAME)) {
                throw new CheckpointException(Kind.CORRUPT, folder + ": the manifest names a file outside the folder.");
            }
            digests.put(entry.getKey(), entry.getValue().asText());
            verify(folder, entry.getKey(), entry.getValue().asText());
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
        StoredModel model = StoredModel.open(folder);
        for (String text : model.texts().keySet()) {
            boolean ofAdapter = model.adapters() == null || Files.exists(folder.resolve(text));
            if (ofAdapter) {
                required(folder, digests, text);
            }
        }
        required(folder, digests, "tokenizer.json");
        if (model.adapters() == null) {
            required(folder, digests, WEIGHTS);
        } else {
            required(folder, digests, ADAPTER);
            required(folder, digests, BASE);
            requireBase(folder, model);
        }
        WeightFiles.open(model).close();
        return new Checkpoint(folder, version, sha256, model, digests);
    }

    private static void requireBase(Path folder, StoredModel model) throws CheckpointException {
        String wanted = Descriptions.parse(folder, BASE, bytes(folder, BASE))
                .path("sha256")
                .asText();
        if (!wanted.equals(model.baseSha256())) {
            throw new CheckpointException(
                    Kind.MISMATCH,
                    model.base() + " is not the model that the adapter in " + folder + " was trained on: its hash "
                            + "differs.");
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

    /** The model that serves. */
    public StoredModel model() {
        return model;
    }

    /** What training has counted; (missing) when the folder is meant for scoring alone. */
    public TrainingCounters counters() throws CheckpointException {
        required(folder, digests, COUNTERS);
        JsonNode counters = Descriptions.parse(folder, COUNTERS, bytes(folder, COUNTERS));
        return new TrainingCounters(
                Descriptions.counter(folder, counters, "steps"),
                Descriptions.counter(folder, counters, "pairs"),
                Descriptions.counter(folder, counters, "skipped_steps"),
                (int) Descriptions.counter(folder, counters, "skipped_in_a_row"));
    }

    /** Opens the vectors of training; (missing) when the folder is meant for scoring alone. */
    public SafetensorsFile state() throws CheckpointException {
        // The file is read long after the folder was opened: it may have changed.
        verify(folder, STATE, required(folder, digests, STATE));
        return SafetensorsFile.open(folder.resolve(STATE));
    }

    /** The caller's own files by name, read anew. */
    public Map<String, byte[]> extra() throws CheckpointException {
        Map<String, byte[]> extra = new TreeMap<>();
        for (Map.Entry<String, String> file : digests.entrySet()) {
            if (!RESERVED.contains(file.getKey())) {
                byte[] content = bytes(folder, file.getKey());
                if (!FolderFiles.sha256(content).equals(file.getValue())) {
                    throw changed(folder.resolve(file.getKey()));
                }
                extra.put(file.getKey(), content);
            }
        }
        return extra;
    }

    private static CheckpointException changed(Path file) {
        return new CheckpointException(Kind.CORRUPT, file + " is not what was written: its hash differs.");
    }

    private static void verify(Path folder, String name, String digest) throws CheckpointException {
        Path file = folder.resolve(name);
        try {
            if (!FolderFiles.sha256(file).equals(digest)) {
                throw changed(file);
            }
        } catch (NoSuchFileException e) {
            throw new CheckpointException(Kind.MISSING, file + " is missing.", e);
        } catch (IOException e) {
            throw new CheckpointException(Kind.IO, file + " could not be read: " + e, e);
        }
    }

    private static String required(Path folder, Map<String, String> digests, String name) throws CheckpointException {
        String digest = digests.get(name);
        if (digest == null) {
            throw new CheckpointException(Kind.MISSING, folder.resolve(name) + " is missing.");
        }
        return digest;
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
