package dev.touchstone.critique.asyncstage;

/**
 * What all instances together may use of the other side. Each instance keeps to its share: as many parts of the
 * stage's partitions as it has tasks, so that nobody has to ask anybody.
 *
 * @param inFlight calls at once, at least 1; an instance with a task may always have one
 * @param requestsPerMinute calls begun in any minute; 0 for no limit
 * @param tokensPerMinute tokens used in any minute; 0 for no limit
 * @param moneyPerDay money used per UTC day, in billionths; 0 for no limit
 */
public record Limits(int inFlight, double requestsPerMinute, double tokensPerMinute, long moneyPerDay) {
    /** Only calls at once are limited. */
    public static Limits inFlight(int inFlight) {
        return new Limits(inFlight, 0, 0, 0);
    }
}
