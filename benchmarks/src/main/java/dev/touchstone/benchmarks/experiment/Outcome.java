package dev.touchstone.benchmarks.experiment;

/** What a sentence of the headline amounts to. */
public enum Outcome {
    /** Labels leak: nothing counts. */
    LEAK("Labels leak", Tone.BAD),
    /** A condition of failure is met. */
    NOT_REPRODUCED("Not reproduced", Tone.BAD),
    /** The critic alone does as well. */
    BELOW_RULE("Not above the fitted rule", Tone.BAD),
    /** Critiques make the model worse somewhere. */
    COSTS("Critiques cost accuracy", Tone.BAD),
    /** Runs are not there. */
    MISSING("Runs are missing", Tone.NEUTRAL),
    /** Worth knowing, neither good nor bad. */
    NOTE("Note", Tone.NEUTRAL),
    /** No condition of failure is met. */
    REPRODUCED("Reproduced", Tone.GOOD),
    /** Preferences add something to the critic. */
    ABOVE_RULE("Above the fitted rule", Tone.GOOD),
    /** Critiques make the model worse nowhere, by more than a point. */
    NO_COST("Critiques cost no accuracy", Tone.GOOD);

    /** How it is to be taken. */
    public enum Tone {
        /** Speaks against the claim. */
        BAD,
        /** Neither. */
        NEUTRAL,
        /** Speaks for it. */
        GOOD
    }

    private final String words;
    private final Tone tone;

    Outcome(String words, Tone tone) {
        this.words = words;
        this.tone = tone;
    }

    /** In a word or two. */
    public String words() {
        return words;
    }

    /** How it is to be taken. */
    public Tone tone() {
        return tone;
    }
}
