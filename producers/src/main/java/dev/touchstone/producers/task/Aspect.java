package dev.touchstone.producers.task;

/** What a requirement says something about; the aspects that every critic gives a verdict on. */
public enum Aspect {
    /** Whether the answer does what it was told to. */
    INSTRUCTION_FOLLOWING("instruction_following"),
    /** Whether what it says is true. */
    CORRECTNESS("correctness"),
    /** Whether its tone fits. */
    STYLE("style");

    private final String id;

    Aspect(String id) {
        this.id = id;
    }

    /** The name in a critic's answer. */
    public String id() {
        return id;
    }
}
