package dev.touchstone.trainer.learn;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.TrainingPair;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.text.InputFormat;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import dev.touchstone.trainer.learn.Example.Critic;
import dev.touchstone.trainer.learn.Example.Use;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Immutable. Turns critiqued pairs into examples: token ids, the hold-out split, and what to do with ties. */
public final class PairEncoder {
    private final InputFormat format;
    private final HeldOutSplit split;
    private final boolean readCritiques;

    /**
     * @param format the model's input format
     * @param split which pairs are held out
     * @param readCritiques whether the model is shown critiques
     */
    public PairEncoder(InputFormat format, HeldOutSplit split, boolean readCritiques) {
        this.format = format;
        this.split = split;
        this.readCritiques = readCritiques;
    }

    /** The example of a pair that obeys {@link dev.touchstone.schemas.RecordRules}. */
    public Example encode(CritiquedPair critiqued) {
        PreferencePair pair = critiqued.getPair();
        Optional<Critique> chosen = first(critiqued.getChosenCritiques());
        Optional<Critique> rejected = first(critiqued.getRejectedCritiques());
        // A critique on one side only would tell the sides apart by its presence: then neither is read.
        boolean critiquesRead = readCritiques && chosen.isPresent() && rejected.isPresent();
        List<Turn> prompt = pair.getPrompt().stream()
                .map(turn -> new Turn(turn.getRole(), turn.getContent()))
                .toList();
        Double margin = pair.getMargin();
        TrainingPair training = new TrainingPair(
                new RewardInput(prompt, pair.getChosen(), critiquesRead ? text(chosen) : null),
                new RewardInput(prompt, pair.getRejected(), critiquesRead ? text(rejected) : null),
                margin == null ? 0 : margin);
        return new Example(
                training, format.encode(training), use(pair), critiquesRead ? critic(chosen) : null, pair.getSource());
    }

    private Use use(PreferencePair pair) {
        if (pair.getPreference() != Preference.CHOSEN) {
            return Use.SKIP;
        }
        return split.holdsOut(pair.getPrompt()) ? Use.HOLD_OUT : Use.TRAIN;
    }

    private static Optional<Critique> first(List<Critique> samples) {
        return samples.stream().min(Comparator.comparingInt(Critique::getSample));
    }

    private static @Nullable String text(Optional<Critique> critique) {
        return critique.map(Critique::getText).orElse(null);
    }

    private static @Nullable Critic critic(Optional<Critique> critique) {
        return critique.map(c -> new Critic(c.getCriticModel(), c.getPromptVersion()))
                .orElse(null);
    }
}
