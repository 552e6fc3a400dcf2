package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Encoded;
import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.rewardmodel.text.InputRefusedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Confined to one thread. Makes token ids of pairs. The model's own format shortens what is too long, but keeps the last turn and the critique whole;
 * where these alone are too long they are cut here, so that every arm has every pair.
 */
final class Encoder {
    private final InputFormat format;
    private final long seed;
    private long inputs;
    private long cut;

    Encoder(InputFormat format, long seed) {
        this.format = format;
        this.seed = seed;
    }

    Encoded encode(OwnCondition condition, List<OwnPair> pairs, @Nullable OwnCritic critic) {
        List<EncodedInput> chosen = new ArrayList<>(pairs.size());
        List<EncodedInput> rejected = new ArrayList<>(pairs.size());
        for (OwnPair pair : pairs) {
            chosen.add(encode(condition.input(pairs, pair, true, critic, seed)));
            rejected.add(encode(condition.input(pairs, pair, false, critic, seed)));
        }
        return new Encoded(chosen, rejected);
    }

    /** The share of the inputs so far from which something was left out, 0 to 1. */
    double cut() {
        return inputs == 0 ? 0 : (double) cut / inputs;
    }

    private EncodedInput encode(RewardInput input) {
        inputs++;
        EncodedInput encoded;
        try {
            encoded = format.encode(input);
        } catch (InputRefusedException e) {
            encoded = format.encode(shortened(input));
            encoded = new EncodedInput(encoded.ids(), encoded.critique(), true);
        }
        cut += encoded.truncated() ? 1 : 0;
        return encoded;
    }

    /** A character is at most three bytes here, a byte at most one token: what is left has room for certain. */
    private RewardInput shortened(RewardInput input) {
        int characters = format.maxTokens() / 10;
        List<Turn> prompt = input.prompt();
        Turn last = prompt.get(prompt.size() - 1);
        String critique = input.critique();
        return new RewardInput(
                List.of(new Turn(last.role(), ends(last.content(), characters))),
                input.completion(),
                critique == null ? null : ends(critique, characters));
    }

    private static String ends(String text, int characters) {
        return text.length() <= characters
                ? text
                : text.substring(0, characters / 2) + " " + text.substring(text.length() - characters / 2);
    }
}
