package dev.touchstone.quickstart.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.quickstart.retrain.RetrainProcess;
import dev.touchstone.testkit.verify.Problem;
import dev.touchstone.testkit.verify.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerObservedTest {
    private static final Verdict CLEAN = new Verdict(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    private static final RetrainProcess.Result SAME =
            new RetrainProcess.Result(0, Map.of("equalsLive", true, "wholeLedger", true, "liveSha256", "ab"));
    private static final RetrainProcess.Result OTHER =
            new RetrainProcess.Result(1, Map.of("equalsLive", false, "wholeLedger", true));

    @Test
    void shouldHoldWhenBothModelsComeOutAgain() {
        FaultReport report = seen(4, 0, SAME, SAME, CLEAN).report(List.of());

        assertThat(report.holds()).isTrue();
        assertThat(report.ratios())
                .isEqualTo(Map.of(
                        "killsOnLiveWork", 1.0, "liveModelEqualsLedger", 1.0, "finishedModelEqualsUndisturbed", 1.0));
        assertThat(report.context()).containsEntry("sha256OfLive", "ab").containsEntry("records", 900L);
    }

    @Test
    void shouldNameEveryGuaranteeThatDoesNotHold() {
        Verdict broken = new Verdict(
                Map.of(),
                Map.of("rm.checkpoints", Map.of("live: versions given up", 2L)),
                Map.of(Problem.LEDGER_GAP, 1L),
                Map.of(),
                Map.of("ranges of pairs that were deleted", 1L));

        FaultReport report = seen(3, 1, OTHER, OTHER, broken).report(List.of("Something else."));

        assertThat(report.holds()).isFalse();
        assertThat(report.failures())
                .containsExactly(
                        "Something else.",
                        "The topics do not hold what they must: {LEDGER_GAP=1}.",
                        "Not everything could be judged: {ranges of pairs that were deleted=1}.",
                        "No file was damaged, yet there are 2 live: versions given up.",
                        "Only 3 of 4 kills hit live work.",
                        "A trainer ended by itself 1 times.",
                        "The model that learnt while the log grew is not what its ledger gives.",
                        "The model of the finished log is not what an undisturbed run gives.");
    }

    @Test
    void shouldNotHoldWhenOnlyAPartOfTheLedgerWasFollowed() {
        RetrainProcess.Result inPart = new RetrainProcess.Result(0, Map.of("equalsLive", true, "wholeLedger", false));

        assertThat(seen(4, 0, inPart, SAME, CLEAN).report(List.of()).holds()).isFalse();
    }

    private static TrainerObserved seen(
            int hits, int accidents, RetrainProcess.Result live, RetrainProcess.Result finished, Verdict verdict) {
        return new TrainerObserved(1, 4, hits, 0, accidents, 900, 9, 7, List.of(1.0, 2.0), live, finished, 60, verdict);
    }
}
