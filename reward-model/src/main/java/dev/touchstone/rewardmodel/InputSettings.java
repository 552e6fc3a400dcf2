package dev.touchstone.rewardmodel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.text.ChatFormat;
import dev.touchstone.rewardmodel.text.ChatFormat.Critiques;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.InputFormatException;
import dev.touchstone.rewardmodel.text.PlainFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;

/**
 * How a model's inputs are written. A checkpoint carries them in {@code input_format.json}, so that they are the same in
 * training and in scoring.
 *
 * @param maxTokens the most tokens of an input, at least 32
 * @param critiques whether the model is shown critiques
 */
public record InputSettings(int maxTokens, Critiques critiques) {

    /** Longer inputs are rare and dear; a checkpoint's own limit may be far beyond what memory holds. */
    private static final int USUAL_LIMIT = 4096;

    private static final String FILE = "input_format.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    public InputSettings {
        ModelConfig.require(maxTokens >= 32, "An input needs room for at least 32 tokens, not " + maxTokens + ".");
    }

    /** Critiques shown, and as many tokens as the model takes, at most 4,096. */
    public static InputSettings of(ModelConfig model) {
        return new InputSettings(Math.min(model.maxTokens(), USUAL_LIMIT), Critiques.TURN);
    }

    /** What a model's folder says, or else the default. */
    static InputSettings of(StoredModel model) throws CheckpointException {
        byte[] file = model.texts().get(FILE);
        if (file == null) {
            return of(model.config());
        }
        try {
            JsonNode json = JSON.readTree(file);
            Critiques critiques = json.path("critiques").asText().equals("none") ? Critiques.NONE : Critiques.TURN;
            return new InputSettings(json.path("max_tokens").asInt(), critiques);
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointException(Kind.CORRUPT, model.base() + ": " + FILE + ": " + e.getMessage(), e);
        }
    }

    /**
     * The same model with these settings.
     *
     * @throws IllegalArgumentException when the model takes fewer tokens
     */
    public StoredModel applyTo(StoredModel model) {
        ModelConfig.require(
                maxTokens <= model.config().maxTokens(),
                "The model takes inputs of at most " + model.config().maxTokens() + " tokens, not " + maxTokens + ".");
        try {
            return model.withText(
                    FILE,
                    JSON.writerWithDefaultPrettyPrinter()
                            .writeValueAsBytes(JSON.createObjectNode()
                                    .put("max_tokens", maxTokens)
                                    .put("critiques", critiques == Critiques.NONE ? "none" : "turn")));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Two settings are always JSON.", e);
        }
    }

    /** The format that a model's own files describe: its chat template, or the plain one of the built-in model. */
    static InputFormat format(StoredModel model) throws CheckpointException {
        InputSettings settings = of(model);
        byte[] tokenizer = model.texts().get("tokenizer.json");
        if (tokenizer == null) {
            throw new CheckpointException(Kind.MISSING, model.base().resolve("tokenizer.json") + " is missing.");
        }
        try {
            if (model.config() instanceof LlamaConfig) {
                return ChatFormat.of(model.texts(), settings.maxTokens(), settings.critiques());
            }
            return new PlainFormat(Tokenizer.of(tokenizer), settings.maxTokens());
        } catch (IOException e) {
            throw new CheckpointException(Kind.CORRUPT, model.base() + ": tokenizer.json: " + e.getMessage(), e);
        } catch (InputFormatException e) {
            Kind kind = e.getCause() instanceof IOException ? Kind.CORRUPT : Kind.MISMATCH;
            throw new CheckpointException(kind, model.base() + ": " + e.getMessage(), e);
        }
    }
}
