package dev.touchstone.scorer.scoring;

import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.model.LoadedModel;
import dev.touchstone.scorer.model.RawScore;
import dev.touchstone.scorer.model.TextRefusedException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Immutable. Texts in the form that one version reads; those that it cannot be shown have their outcome already.
 *
 * @param model the version
 * @param texts in the order of the candidates
 */
record Encoding(LoadedModel model, List<Text> texts) {
    private static final Logger LOG = LoggerFactory.getLogger(Encoding.class);

    /** One text. */
    sealed interface Text {
        Candidate candidate();

        record Readable(Candidate candidate, LoadedModel.Encoded encoded) implements Text {}

        record Refused(Candidate candidate, Outcome outcome) implements Text {}
    }

    static Encoding of(LoadedModel model, List<Candidate> candidates) {
        Judge judge = new Judge(model.info());
        return new Encoding(
                model,
                candidates.stream()
                        .map(candidate -> encoded(model, judge, candidate))
                        .toList());
    }

    private static Text encoded(LoadedModel model, Judge judge, Candidate candidate) {
        try {
            return new Text.Readable(candidate, model.encode(judge.input(candidate)));
        } catch (TextRefusedException e) {
            return new Text.Refused(candidate, Outcome.unscored(RewardStatus.INVALID, String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            return new Text.Refused(candidate, failed(model, candidate, e));
        }
    }

    /** The outcomes of texts that one version has encoded, in their order. */
    static List<Outcome> score(LoadedModel model, List<Text> texts) {
        List<Text.Readable> readable = texts.stream()
                .filter(Text.Readable.class::isInstance)
                .map(Text.Readable.class::cast)
                .toList();
        Iterator<Outcome> scored = scoreReadable(model, readable).iterator();
        List<Outcome> outcomes = new ArrayList<>(texts.size());
        for (Text text : texts) {
            outcomes.add(text instanceof Text.Refused refused ? refused.outcome() : scored.next());
        }
        return outcomes;
    }

    /** A batch that fails is scored again one by one, so that one bad text costs no other its reward. */
    private static List<Outcome> scoreReadable(LoadedModel model, List<Text.Readable> texts) {
        if (texts.isEmpty()) {
            return List.of();
        }
        Judge judge = new Judge(model.info());
        List<Outcome> outcomes = new ArrayList<>(texts.size());
        try {
            Iterator<RawScore> scores = model.score(
                            texts.stream().map(Text.Readable::encoded).toList())
                    .iterator();
            for (Text.Readable text : texts) {
                outcomes.add(judge.outcome(text.candidate(), scores.next()));
            }
            return outcomes;
        } catch (RuntimeException e) {
            return texts.size() == 1
                    ? List.of(failed(model, texts.get(0).candidate(), e))
                    : texts.stream()
                            .flatMap(text -> scoreReadable(model, List.of(text)).stream())
                            .toList();
        }
    }

    private static Outcome failed(LoadedModel model, Candidate candidate, RuntimeException cause) {
        LOG.error(
                "The model {} failed on a text of {} characters",
                model.info().versionId(),
                candidate.text().completion().length(),
                cause);
        return Outcome.unscored(RewardStatus.FAILED, "The model failed on this text.");
    }
}
