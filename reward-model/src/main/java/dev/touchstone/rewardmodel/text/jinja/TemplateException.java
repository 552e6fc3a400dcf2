package dev.touchstone.rewardmodel.text.jinja;

/**
 * A template cannot be read, or refuses its input, or goes beyond what this package supports or allows. The message is a
 * part of a sentence that says what is wrong.
 */
public final class TemplateException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong */
    public TemplateException(String message) {
        super(message);
    }
}
