package dev.touchstone.critique.topology;

import dev.touchstone.critique.critic.CriticIdentity;
import dev.touchstone.critique.critic.CritiqueRequest;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.PreferencePair;
import java.util.ArrayList;
import java.util.List;

/** What makes two records, or two requests, the same. */
final class Contents {
    private Contents() {}

    /** Equal for two pairs that say the same; when and from where they came is not part of it. */
    static String hash(PreferencePair pair) {
        return Ids.contentHash(
                "seen-pair",
                Ids.flatten(pair.getPrompt()),
                List.of(
                        pair.getChosen(),
                        pair.getRejected(),
                        pair.getPreference().name(),
                        String.valueOf(pair.getStrength()),
                        String.valueOf(pair.getMargin())));
    }

    /** Equal for two completions that ask for the same reward; when and from where they came is not part of it. */
    static String hash(Completion completion) {
        return Ids.contentHash(
                "seen-completion",
                Ids.flatten(completion.getPrompt()),
                List.of(
                        completion.getCompletion(),
                        String.valueOf(completion.getPolicyVersion()),
                        String.valueOf(completion.getModelVersion())));
    }

    /** Equal for two requests whose answer may be the same; samples of one text shall differ. */
    static String hash(List<Message> prompt, String completion, CriticIdentity identity, int sample) {
        List<String> rest = new ArrayList<>(identity.parts());
        rest.add("sample=" + sample);
        rest.add(completion);
        return Ids.contentHash("critique", Ids.flatten(prompt), rest);
    }

    static CritiqueRequest request(List<Message> prompt, String completion, CriticIdentity identity) {
        List<CritiqueRequest.Turn> conversation = prompt.stream()
                .map(turn -> new CritiqueRequest.Turn(turn.getRole(), turn.getContent()))
                .toList();
        return new CritiqueRequest(conversation, completion, identity);
    }
}
