package dev.touchstone.producers.rubric;

import dev.touchstone.producers.task.Requirement;

/** What the critic says of one requirement; untrue when the critic errs. */
record Claim(Requirement requirement, boolean met) {
    Claim reversed() {
        return new Claim(requirement, !met);
    }
}
