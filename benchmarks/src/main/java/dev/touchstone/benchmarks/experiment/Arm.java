package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.Turn;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What a model is shown of a pair, beside prompt and completions, which are the same in every arm. */
public enum Arm {
    /** Nothing. */
    PLAIN,
    /** The critic's critiques. */
    CRITIQUED,
    /** Critiques of other completions: is it the link that helps, or the words? */
    SHUFFLED,
    /** Words that say nothing: is it the length that helps? */
    FILLER,
    /** Critiques, and no completions: does the model only copy the critic? */
    CRITIQUE_ONLY,
    /** Critiques of the other side, for tests alone: does the model read them? */
    SWAPPED,
    /** Critiques by a critic that knows the label: a canary. No arm may be better. */
    LEAKED;

    private static final String NO_COMPLETION = ".";

    /**
     * One side of a pair as this arm shows it.
     *
     * @param pairs all of the set, for critiques of others
     * @param chosen which side
     */
    RewardInput input(List<Pair> pairs, Pair pair, boolean chosen, Critic critic) {
        Completion completion = chosen ? pair.chosen() : pair.rejected();
        return new RewardInput(
                List.of(new Turn("user", Wording.prompt(pair.prompt()))),
                this == CRITIQUE_ONLY ? NO_COMPLETION : Wording.completion(completion),
                critique(pairs, pair, chosen, critic));
    }

    private @Nullable String critique(List<Pair> pairs, Pair pair, boolean chosen, Critic critic) {
        Random random = Seeds.random(critic.seed(), -1, pair.number(), chosen ? 1 : 0);
        return switch (this) {
            case PLAIN -> null;
            case CRITIQUED, CRITIQUE_ONLY -> critic.critique(pair, chosen);
            case SWAPPED -> critic.critique(pair, !chosen);
            case SHUFFLED -> critic.critique(pairs.get(random.nextInt(pairs.size())), random.nextBoolean());
            case FILLER -> Wording.filler(random);
            case LEAKED -> Wording.critique(new Critic.Verdicts(chosen, chosen, chosen), random);
        };
    }
}
