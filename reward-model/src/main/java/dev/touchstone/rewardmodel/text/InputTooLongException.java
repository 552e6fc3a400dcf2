package dev.touchstone.rewardmodel.text;

/** An input whose critique and last turn alone exceed what the model takes; the message is one sentence for a user. */
public final class InputTooLongException extends InputRefusedException {

    private static final long serialVersionUID = 1L;

    /** @param message says what is too long, and by how much */
    public InputTooLongException(String message) {
        super(message);
    }
}
