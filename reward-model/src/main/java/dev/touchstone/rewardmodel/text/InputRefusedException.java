package dev.touchstone.rewardmodel.text;

/** An input that a model cannot be shown; the message is one sentence for a user. */
public abstract sealed class InputRefusedException extends IllegalArgumentException
        permits ConversationRefusedException, InputTooLongException {

    private static final long serialVersionUID = 1L;

    InputRefusedException(String message) {
        super(message);
    }
}
