package dev.touchstone.scorer.scoring;

import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.ModelInput;
import dev.touchstone.scorer.model.RawScore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules between a candidate and its outcome, for one version of a model. */
final class Judge {
    private final ModelInfo model;

    Judge(ModelInfo model) {
        this.model = model;
    }

    /** What the model is given: a critique in another critic's dialect is withheld. */
    ModelInput input(Candidate candidate) {
        SuppliedCritique critique = readable(candidate);
        if (critique != null && candidate.text() instanceof ModelInput.Conversation bare) {
            return new ModelInput.Conversation(bare.prompt(), bare.completion(), critique.text());
        }
        return candidate.text();
    }

    /** What its answer means. */
    Outcome outcome(Candidate candidate, RawScore raw) {
        if (!Double.isFinite(raw.logit())) {
            return Outcome.unscored(RewardStatus.FAILED, "The model's logit is not a finite number.");
        }
        boolean critiqueRead = readable(candidate) != null;
        RewardStatus status = RewardStatus.OK;
        List<String> reasons = new ArrayList<>();
        if (raw.truncated()) {
            status = RewardStatus.TOO_LONG_TRUNCATED;
            reasons.add("Part of the text did not fit.");
        }
        if (!critiqueRead) {
            status = RewardStatus.NO_CRITIQUE;
            reasons.add(whyWithout(candidate));
        }
        return new Outcome(
                status,
                raw.logit(),
                model.normalised(raw.logit()).orElse(null),
                reasons.isEmpty() ? null : String.join(" ", reasons),
                critiqueRead);
    }

    private @Nullable SuppliedCritique readable(Candidate candidate) {
        SuppliedCritique critique = candidate.critique();
        return critique != null && critique.suits(model) ? critique : null;
    }

    private String whyWithout(Candidate candidate) {
        SuppliedCritique critique = candidate.critique();
        return critique == null
                ? candidate.withoutCritique()
                : "The critique was withheld: it is by " + named(critique.criticModel(), critique.promptVersion())
                        + ", the model was trained with " + named(model.criticModel(), model.promptVersion()) + ".";
    }

    private static String named(@Nullable String criticModel, @Nullable String promptVersion) {
        return (criticModel == null ? "an unnamed critic" : criticModel)
                + (promptVersion == null ? "" : " with prompt " + promptVersion);
    }
}
