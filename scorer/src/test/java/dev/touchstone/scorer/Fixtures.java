package dev.touchstone.scorer;

import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiqueStatus;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.ModelAlias;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Records that tests send. */
public final class Fixtures {
    public static final String MODEL = "default";
    public static final String CRITIC = "critic-a";
    public static final String PROMPT_VERSION = "p1";
    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private Fixtures() {}

    /** A completion id made from a number. */
    public static UUID id(int number) {
        return new UUID(0x4000L, 0x8000000000000000L | number);
    }

    public static Completion completion(int number, String text) {
        return Completion.newBuilder()
                .setCompletionId(id(number))
                .setPrompt(List.of(new Message("user", "What is 2 plus 2?")))
                .setCompletion(text)
                .setPolicyVersion("policy-7")
                .setGroupId("group-1")
                .setSource("test")
                .setCreatedAt(NOW)
                .setAttributes(Map.of("task", "sum"))
                .build();
    }

    /** With a critique by {@link #CRITIC}. */
    public static CritiquedCompletion critiqued(int number, String text) {
        return critiqued(number, text, CRITIC);
    }

    public static CritiquedCompletion critiqued(int number, String text, String critic) {
        return CritiquedCompletion.newBuilder()
                .setCompletion(completion(number, text))
                .setCritiques(List.of(Critique.newBuilder()
                        .setText("The answer is right.")
                        .setCriticModel(critic)
                        .setPromptVersion(PROMPT_VERSION)
                        .setCreatedAt(NOW)
                        .build()))
                .setCritiqueStatus(CritiqueStatus.CRITIQUED)
                .build();
    }

    public static CritiquedCompletion uncritiqued(int number, String text) {
        return CritiquedCompletion.newBuilder()
                .setCompletion(completion(number, text))
                .setCritiqueStatus(CritiqueStatus.OVER_BUDGET)
                .setCritiqueReason("The day's money is spent.")
                .build();
    }

    public static CheckpointManifest manifest(String version, long step, String uri, String sha256) {
        return CheckpointManifest.newBuilder()
                .setModelId(MODEL)
                .setVersionId(version)
                .setUri(uri)
                .setSha256(sha256)
                .setStep(step)
                .setOffsets(List.of())
                .setTrainedPairs(step * 32)
                .setHeldOutPairs(step)
                .setCriticModel(CRITIC)
                .setPromptVersion(PROMPT_VERSION)
                .setRewardMean(1.0)
                .setRewardDeviation(2.0)
                .setGate(GateDecision.NOT_EVALUATED)
                .setCreatedAt(NOW)
                .build();
    }

    public static ModelAlias champion(String version) {
        return ModelAlias.newBuilder()
                .setModelId(MODEL)
                .setAlias("champion")
                .setVersionId(version)
                .setChangedBy("trainer")
                .setChangedAt(NOW)
                .build();
    }
}
