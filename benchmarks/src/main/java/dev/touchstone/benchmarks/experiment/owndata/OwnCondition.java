package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Arm;
import dev.touchstone.benchmarks.experiment.Seeds;
import dev.touchstone.rewardmodel.RewardInput;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One arm, with one critic where it has one.
 *
 * @param arm what a model is shown
 * @param error of the reference critic; null where there is none
 */
record OwnCondition(Arm arm, @Nullable Double error) {
    private static final String NO_COMPLETION = ".";
    /** Words of the filler where there is no critique to be as long as. */
    private static final int WORDS = 12;

    /** As reports call it. */
    String label() {
        String name = arm.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return error == null || arm == Arm.PLAIN || arm == Arm.FILLER || arm == Arm.LEAKED
                ? name
                : String.format(Locale.ROOT, "%s %.2f", name, error);
    }

    /** The same critic in another arm. */
    OwnCondition in(Arm other) {
        return new OwnCondition(other, error);
    }

    /**
     * One side of a pair as this arm shows it.
     *
     * @param set that the pair belongs to: critiques of others are taken from there
     * @param critic null where there is none, for arms that need none
     */
    RewardInput input(List<OwnPair> set, OwnPair pair, boolean chosen, @Nullable OwnCritic critic, long seed) {
        Random random = Seeds.random(
                seed, -1, pair.prompt().hashCode(), pair.side(chosen).hashCode());
        return new RewardInput(
                pair.prompt(),
                arm == Arm.CRITIQUE_ONLY ? NO_COMPLETION : pair.side(chosen),
                critique(set, pair, chosen, critic, random));
    }

    private @Nullable String critique(
            List<OwnPair> set, OwnPair pair, boolean chosen, @Nullable OwnCritic critic, Random random) {
        switch (arm) {
            case PLAIN -> {
                return null;
            }
            case LEAKED -> {
                return Phrases.verdict(chosen, random);
            }
            case FILLER -> {
                return Phrases.filler(
                        critic == null ? WORDS : critic.of(pair, chosen).text().split("\\s+").length, random);
            }
            default -> {
                if (critic == null) {
                    throw new IllegalStateException("The arm " + label() + " needs a critic.");
                }
                return switch (arm) {
                    case SHUFFLED ->
                        critic.of(set.get(random.nextInt(set.size())), random.nextBoolean())
                                .text();
                    case SWAPPED -> critic.of(pair, !chosen).text();
                    default -> critic.of(pair, chosen).text();
                };
            }
        }
    }
}
