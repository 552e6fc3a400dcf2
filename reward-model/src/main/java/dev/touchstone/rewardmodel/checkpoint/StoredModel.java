package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.ModelConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.internal.FlatLayout;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.Initialisation;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model in a folder in Hugging Face's layout: one of Llama's kind, as it was downloaded or as a checkpoint holds it; an
 * adapter in PEFT's layout with the model below it; or a built-in one. Immutable and safe for several threads; weights stay on the disk until a network
 * is filled.
 */
public final class StoredModel {

    /** Small files that belong to a model besides its weights. */
    static final List<String> TEXTS = List.of(
            HuggingFaceConfig.FILE,
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "input_format.json",
            LoraFiles.CONFIG);

    private static final long LARGEST_TEXT = 256L << 20;

    private final Path base;
    private final @Nullable Path adapterFolder;
    private final ModelConfig config;
    private final @Nullable LoraConfig adapters;
    private final boolean headInBase;
    private final SortedMap<String, byte[]> texts;

    /** Every checkpoint of an adapter names it, and its files may have many gigabytes. */
    private volatile @Nullable String baseSha256;

    private StoredModel(
            Path base,
            @Nullable Path adapterFolder,
            ModelConfig config,
            @Nullable LoraConfig adapters,
            boolean headInBase,
            SortedMap<String, byte[]> texts) {
        this.base = base;
        this.adapterFolder = adapterFolder;
        this.config = config;
        this.adapters = adapters;
        this.headInBase = headInBase;
        this.texts = texts;
    }

    /**
     * Opens a model's folder. An adapter's folder names the folder of the model below it.
     *
     * @throws CheckpointException says in one sentence what is missing, wrong, or not supported
     */
    public static StoredModel open(Path folder) throws CheckpointException {
        SortedMap<String, byte[]> texts = texts(folder);
        if (texts.containsKey(LoraFiles.CONFIG)) {
            return open(baseOf(folder, texts), folder);
        }
        byte[] config = texts.get(HuggingFaceConfig.FILE);
        if (config == null) {
            throw new CheckpointException(Kind.MISSING, folder.resolve(HuggingFaceConfig.FILE) + " is missing.");
        }
        JsonNode json = Descriptions.parse(folder, HuggingFaceConfig.FILE, config);
        if (Descriptions.isBuiltIn(json)) {
            return new StoredModel(folder, null, Descriptions.model(folder, json), null, true, texts);
        }
        HuggingFaceConfig known = HuggingFaceConfig.read(folder);
        LlamaConfig model = known.model();
        texts.put(
                HuggingFaceConfig.FILE, known.toRewardModel(model.rewardHeads(), PadToken.of(known, texts), Dtype.F32));
        return new StoredModel(folder, null, model, null, known.hasHead(), texts);
    }

    /** A built-in model that has no weights on the disk yet. */
    public static StoredModel fresh(BuiltInConfig config, byte[] tokenizerJson) {
        SortedMap<String, byte[]> texts = new TreeMap<>();
        texts.put(HuggingFaceConfig.FILE, Descriptions.config(config));
        texts.put("tokenizer.json", tokenizerJson.clone());
        return new StoredModel(Path.of(""), null, config, null, true, texts);
    }

    /** Opens an adapter over a model in another folder than the adapter names. */
    public static StoredModel open(Path base, Path adapterFolder) throws CheckpointException {
        LoraFiles lora = LoraFiles.read(adapterFolder);
        StoredModel below = open(base);
        if (!(below.config instanceof LlamaConfig) || below.adapters != null) {
            throw new CheckpointException(
                    Kind.MISMATCH, base + " cannot carry an adapter: it must be a whole model of Llama's kind.");
        }
        below = below.withRewardHeads(headsOf(adapterFolder, below.config));
        SortedMap<String, byte[]> texts = new TreeMap<>(below.texts);
        texts.putAll(texts(adapterFolder));
        texts.put(HuggingFaceConfig.FILE, below.texts.getOrDefault(HuggingFaceConfig.FILE, new byte[0]));
        return new StoredModel(base, adapterFolder, below.config, lora.lora(), below.headInBase, texts);
    }

    /** An adapter of ours says how many reward heads it has, one of another has as many as the model below. */
    private static int headsOf(Path adapterFolder, ModelConfig below) throws CheckpointException {
        if (!Files.exists(adapterFolder.resolve(Checkpoint.BASE))) {
            return below.rewardHeads();
        }
        JsonFile json = JsonFile.read(adapterFolder.resolve(Checkpoint.BASE), JsonFile.LONGEST_CONFIG);
        int heads = json.integer(Descriptions.REWARD_HEADS, below.rewardHeads(), 1);
        if (heads > ModelConfig.MAX_REWARD_HEADS) {
            throw json.refuse(Descriptions.REWARD_HEADS + " must be at most " + ModelConfig.MAX_REWARD_HEADS);
        }
        return heads;
    }

    private static Path baseOf(Path folder, SortedMap<String, byte[]> texts) throws CheckpointException {
        byte[] description = texts.getOrDefault(LoraFiles.CONFIG, new byte[0]);
        String name = Descriptions.parse(folder, LoraFiles.CONFIG, description)
                .path("base_model_name_or_path")
                .asText("");
        try {
            Path base = folder.resolve(name);
            if (!name.isEmpty() && Files.isDirectory(base)) {
                return base;
            }
        } catch (InvalidPathException e) {
            // A name that cannot be a path is none that is there.
        }
        throw new CheckpointException(
                Kind.MISSING,
                folder + " is an adapter of \"" + name + "\", which is no folder here: download that model and give "
                        + "its folder.");
    }

    private static SortedMap<String, byte[]> texts(Path folder) throws CheckpointException {
        SortedMap<String, byte[]> texts = new TreeMap<>();
        for (String name : TEXTS) {
            Path file = folder.resolve(name);
            try {
                if (Files.isRegularFile(file)) {
                    if (Files.size(file) > LARGEST_TEXT) {
                        throw new CheckpointException(Kind.CORRUPT, file + " is far too large for what it should be.");
                    }
                    texts.put(name, Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new CheckpointException(Kind.IO, file + " could not be read: " + e, e);
            }
        }
        return texts;
    }

    /** The same model with fresh adapters; its own weights are then frozen, but for the reward heads. */
    public StoredModel withAdapters(LoraConfig lora) {
        ModelConfig.require(adapters == null, "The model has adapters already: merge them first.");
        ParameterLayout.of(config, lora);
        SortedMap<String, byte[]> described = new TreeMap<>(texts);
        described.put(
                LoraFiles.CONFIG, LoraFiles.config(lora, base.toAbsolutePath().toString()));
        return new StoredModel(base, null, config, lora, headInBase, described);
    }

    /** The same model with so many fresh reward heads; those that it had are dropped unless the number is the same. */
    public StoredModel withRewardHeads(int heads) throws CheckpointException {
        if (heads == config.rewardHeads()) {
            return this;
        }
        if (adapters != null && adapterFolder != null) {
            throw new IllegalArgumentException("An adapter's reward heads are what they are: merge it first.");
        }
        if (!(config instanceof LlamaConfig llama)) {
            throw new IllegalArgumentException("A trained built-in model keeps its reward heads: begin a new one.");
        }
        SortedMap<String, byte[]> described = new TreeMap<>(texts);
        HuggingFaceConfig known = HuggingFaceConfig.read(base);
        described.put(HuggingFaceConfig.FILE, known.toRewardModel(heads, PadToken.of(known, texts), Dtype.F32));
        return new StoredModel(base, null, llama.withRewardHeads(heads), adapters, false, described);
    }

    /** The same model with another small file, such as its input format. */
    public StoredModel withText(String name, byte[] content) {
        ModelConfig.require(TEXTS.contains(name), name + " is no small file of a model.");
        SortedMap<String, byte[]> changed = new TreeMap<>(texts);
        changed.put(name, content.clone());
        return new StoredModel(base, adapterFolder, config, adapters, headInBase, changed);
    }

    /** Folder of the whole model, below an adapter or without one. */
    public Path base() {
        return base;
    }

    /** Shape of the network. */
    public ModelConfig config() {
        return config;
    }

    /** The adapters that learn; null when the whole model does. */
    public @Nullable LoraConfig adapters() {
        return adapters;
    }

    /** Small files by name as a checkpoint of this model holds them: config.json, tokenizer.json, and the like. */
    public Map<String, byte[]> texts() {
        return new TreeMap<>(texts);
    }

    /** SHA-256 over config.json and the weights of the whole model; the first call reads all of them. */
    String baseSha256() throws CheckpointException {
        String known = baseSha256;
        if (known == null) {
            known = WeightFiles.sha256(base);
            baseSha256 = known;
        }
        return known;
    }

    /** SHA-256 over what the weights are: those of the whole model, and of the adapter. */
    public String sha256() throws CheckpointException {
        SortedMap<String, String> parts = new TreeMap<>();
        parts.put("base", baseSha256());
        if (adapterFolder != null) {
            parts.put("adapter", WeightFiles.sha256(adapterFolder));
        }
        return FolderFiles.combined(parts);
    }

    /** Refuses a model whose rewards would be made up. */
    public void requireRewardHead() throws CheckpointException {
        try (WeightFiles files = WeightFiles.open(this)) {
            if (!files.has(LlamaTensors.HEAD) && !files.has(ParameterLayout.ADAPTED + LlamaTensors.HEAD)) {
                throw new CheckpointException(
                        Kind.MISMATCH, base + " has no reward head (score.weight): train it before it scores.");
            }
        }
    }

    /**
     * Copies all weights into a network of this shape; makes up those of fresh adapters and reward heads.
     *
     * @param seed of what is made up
     * @throws CheckpointException when a tensor is missing, too many, of another shape, or not finite
     */
    public void fill(Network network, long seed) throws CheckpointException {
        try (WeightFiles files = WeightFiles.open(this)) {
            fill(network, network.layout().trained(), false, files, seed);
            fill(network, network.layout().frozen(), true, files, seed);
        }
    }

    private static void fill(Network network, FlatLayout layout, boolean frozen, WeightFiles files, long seed)
            throws CheckpointException {
        for (Parameter parameter : layout.parameters()) {
            long[] index = {0};
            if (!files.has(parameter.name())) {
                network.put(parameter, frozen, 0, FloatBuffer.wrap(Initialisation.fresh(parameter, seed)));
                continue;
            }
            files.read(parameter.name(), chunk -> {
                requireFinite(files.owner(parameter.name()), parameter.name(), chunk);
                network.put(parameter, frozen, index[0], chunk);
                index[0] += chunk.remaining();
            });
        }
    }

    static void requireFinite(Path file, String name, FloatBuffer chunk) throws CheckpointException {
        for (int i = chunk.position(); i < chunk.limit(); i++) {
            if (!Float.isFinite(chunk.get(i))) {
                throw new CheckpointException(
                        Kind.CORRUPT,
                        file + " has a value in " + name + " that is not finite (" + chunk.get(i)
                                + "): take an older checkpoint, or download it again.");
            }
        }
    }

    boolean hasHeadInBase() {
        return headInBase;
    }

    @Nullable
    Path adapterFolder() {
        return adapterFolder;
    }
}
