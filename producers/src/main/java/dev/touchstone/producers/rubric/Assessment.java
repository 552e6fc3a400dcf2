package dev.touchstone.producers.rubric;

import dev.touchstone.schemas.v1.AspectVerdict;
import java.util.List;

/**
 * What the critic says of one completion.
 *
 * @param critique two to four short sentences without a score
 * @param verdicts one verdict each for instruction_following, correctness and style
 */
public record Assessment(String critique, List<AspectVerdict> verdicts) {
    /** Copies the list. */
    public Assessment {
        verdicts = List.copyOf(verdicts);
    }
}
