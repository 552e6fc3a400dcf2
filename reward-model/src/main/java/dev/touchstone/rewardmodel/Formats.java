package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.StoredModel;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.PlainFormat;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;

/** The input format that a model's own files describe. */
final class Formats {

    private Formats() {}

    static InputFormat of(StoredModel model) throws CheckpointException {
        byte[] tokenizer = model.texts().get("tokenizer.json");
        if (tokenizer == null) {
            throw new CheckpointException(
                    CheckpointException.Kind.MISSING, model.base().resolve("tokenizer.json") + " is missing.");
        }
        try {
            return new PlainFormat(Tokenizer.of(tokenizer), model.config().maxTokens());
        } catch (IOException e) {
            throw new CheckpointException(
                    CheckpointException.Kind.CORRUPT, model.base() + ": tokenizer.json: " + e.getMessage(), e);
        }
    }
}
