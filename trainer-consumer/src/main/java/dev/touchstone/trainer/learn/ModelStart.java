package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.InputSettings;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.ModelConfig;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.text.ChatFormat.Critiques;
import dev.touchstone.rewardmodel.text.Tokenizer;
import dev.touchstone.schemas.UserError;
import java.nio.file.Path;

/**
 * What a model begins as. A model keeps it for life.
 *
 * @param baseModel folder of a pretrained model in Hugging Face's layout; empty for the built-in one from scratch
 * @param rewardHeads number of reward heads, at least 1
 * @param loraRank rank of the adapters that learn; 0 when the whole model does
 * @param maxInputTokens most tokens of an input of a pretrained model; 0 for the default
 */
public record ModelStart(String baseModel, int rewardHeads, int loraRank, int maxInputTokens) {

    /** The built-in model with one reward head. */
    public static final ModelStart BUILT_IN = new ModelStart("", 1, 0, 0);

    /** Checks the ranges. */
    public ModelStart {
        if (rewardHeads < 1 || loraRank < 0 || maxInputTokens < 0) {
            throw new IllegalArgumentException("A model has at least one reward head; the adapters' rank and the most"
                    + " tokens of an input are not negative.");
        }
        if (baseModel.isEmpty() && (loraRank > 0 || maxInputTokens > 0)) {
            throw new IllegalArgumentException("Adapters and a limit of the input need a pretrained model: set"
                    + " touchstone.base-model, or leave touchstone.lora-rank and touchstone.max-input-tokens out.");
        }
    }

    /** The model before its first step. */
    RewardModelTrainer begin(TrainingConfig training, Compute compute) {
        if (baseModel.isEmpty()) {
            try (Tokenizer tokenizer = Tokenizer.builtIn()) {
                BuiltInConfig sizes =
                        ModelConfig.builtIn(tokenizer.vocabulary()).withRewardHeads(rewardHeads);
                return RewardModelTrainer.create(sizes, training, tokenizer, compute);
            }
        }
        try {
            StoredModel model = StoredModel.open(Path.of(baseModel)).withRewardHeads(rewardHeads);
            if (loraRank > 0) {
                model = model.withAdapters(LoraConfig.ofRank(loraRank));
            }
            if (maxInputTokens > 0) {
                model = new InputSettings(maxInputTokens, Critiques.TURN).applyTo(model);
            }
            return RewardModelTrainer.start(model, training, compute);
        } catch (CheckpointException | IllegalArgumentException e) {
            throw new UserError("touchstone.base-model cannot be begun with: " + e.getMessage(), e);
        }
    }
}
