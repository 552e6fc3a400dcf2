package dev.touchstone.rewardmodel.text;

/** A conversation that the model's chat template does not know; the message is one sentence for a user. */
public final class ConversationRefusedException extends InputRefusedException {

    private static final long serialVersionUID = 1L;

    /** @param message says what the template refuses */
    public ConversationRefusedException(String message) {
        super(message);
    }
}
