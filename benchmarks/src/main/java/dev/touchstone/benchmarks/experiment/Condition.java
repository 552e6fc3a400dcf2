package dev.touchstone.benchmarks.experiment;

import java.util.Locale;

/**
 * One arm with one critic.
 *
 * @param arm what a model is shown
 * @param error chance that the critic's verdict on an aspect is wrong
 */
record Condition(Arm arm, double error) {
    /** As reports call it. */
    String label() {
        String name = arm.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return arm == Arm.PLAIN || arm == Arm.FILLER || arm == Arm.LEAKED
                ? name
                : String.format(Locale.ROOT, "%s %.2f", name, error);
    }
}
