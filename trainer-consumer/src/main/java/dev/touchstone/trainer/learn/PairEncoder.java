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
import dev.touchstone.trainer.learn.LabelConfig.Ties;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Immutable. Turns critiqued pairs into examples: token ids, the hold-out split, and what to do with ties. */
public final class PairEncoder {
    private final InputFormat format;
    private final HeldOutSplit split;
    private final LabelConfig labels;
    private final boolean readCritiques;

    /**
     * @param format the model's input format
     * @param split which pairs are held out
     * @param labels what is made of the labels
     * @param readCritiques whether the model is shown critiques
     */
    public PairEncoder(InputFormat format, HeldOutSplit split, LabelConfig labels, boolean readCritiques) {
        this.format = format;
        this.split = split;
        this.labels = labels;
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
        boolean tie = pair.getPreference() == Preference.TIE;
        TrainingPair training = new TrainingPair(
                new RewardInput(prompt, pair.getChosen(), critiquesRead ? text(chosen) : null),
                new RewardInput(prompt, pair.getRejected(), critiquesRead ? text(rejected) : null),
                tie ? 0 : margin(pair),
                tie);
        return new Example(
                training, format.encode(training), use(pair), critiquesRead ? critic(chosen) : null, pair.getSource());
    }

    private Use use(PreferencePair pair) {
        boolean heldOut = split.holdsOut(pair.getPrompt());
        return switch (pair.getPreference()) {
            case CHOSEN -> heldOut ? Use.HOLD_OUT : Use.TRAIN;
            // Nothing of a held-out question is trained on, and a tie measures nothing.
            case TIE -> heldOut || labels.ties() == Ties.SKIP ? Use.SKIP : Use.TRAIN;
            case UNKNOWN -> Use.SKIP;
        };
    }

    /**
     * The pair's own margin, else one in proportion to its strength, as Llama 2 grades margins by rating (Touvron et al.,
     * arXiv 2307.09288, section 3.2.2).
     */
    private double margin(PreferencePair pair) {
        Double margin = pair.getMargin();
        Double strength = pair.getStrength();
        return margin != null ? margin : strength == null ? 0 : strength * labels.strengthMargin();
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
