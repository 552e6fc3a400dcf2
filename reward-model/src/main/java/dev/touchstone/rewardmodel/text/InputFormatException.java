package dev.touchstone.rewardmodel.text;

import org.jspecify.annotations.Nullable;

/** A model's tokenizer or chat template cannot be used. The message is one sentence that names the file. */
public final class InputFormatException extends Exception {

    private static final long serialVersionUID = 1L;

    /** With no cause. */
    public InputFormatException(String message) {
        this(message, null);
    }

    /** With a cause. */
    public InputFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
