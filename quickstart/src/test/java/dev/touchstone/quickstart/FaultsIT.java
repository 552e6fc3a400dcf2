package dev.touchstone.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.testkit.cluster.EmbeddedOnly;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./touchstone faults} as a user runs it: packaged services, killed with -9 while they work. */
@EmbeddedOnly("runs ./touchstone, which brings a broker and a registry")
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks at processes through /proc")
class FaultsIT {
    private static final int KILLS = 4;
    private static final int KILLS_IN_PASSING = 3;
    private static final int MAX_IN_FLIGHT = 8;

    @TempDir
    Path folder;

    @Test
    void shouldKeepEveryGuaranteeWhenTheCritiqueStreamIsKilledAgainAndAgain() throws Exception {
        JsonNode report = faults(
                "critique-stream",
                KILLS,
                "Everything is out",
                "--max-in-flight",
                Integer.toString(MAX_IN_FLIGHT),
                "--latency",
                "300ms",
                "--completions",
                "120",
                "--pairs",
                "80");

        assertThat(report.get("name").asText()).isEqualTo("faults");
        JsonNode ratios = report.get("ratios");
        assertThat(ratios.get("killsOnLiveWork").asDouble()).isGreaterThanOrEqualTo(1);
        assertThat(ratios.get("partitionsWithOutput").asDouble()).isEqualTo(1);
        assertThat(ratios.get("repeatedOverBound").asDouble()).isBetween(0.0, 1.0);
        JsonNode context = report.get("context");
        long completions = context.get("completions").asLong();
        long pairs = context.get("pairs").asLong();
        assertThat(completions).isGreaterThanOrEqualTo(120);
        assertThat(pairs).isGreaterThanOrEqualTo(80);
        // Every text was asked for: one of a completion, two of a pair.
        assertThat(context.get("distinctTexts").asLong()).isEqualTo(completions + 2 * pairs);
        assertThat(context.get("callsFailedOnPurpose").asLong()).isPositive();
        // What was in flight at a kill is lost with the process, and called again.
        assertThat(context.get("callsRepeated").asLong()).isPositive();
        JsonNode counts = report.get("verdict").get("counts");
        assertThat(counts.get("rm.critiqued-completions").get("CRITIQUED").asLong()
                        + counts.get("rm.critiqued-completions").get("REFUSED").asLong())
                .isEqualTo(completions);
        assertThat(counts.get("rm.critiqued-pairs").get("CRITIQUED").asLong()
                        + counts.get("rm.pairs").get("dead: CRITIC_REFUSED").asLong())
                .isEqualTo(pairs);
        assertThat(counts.get("rm.pairs").get("dead: UNDECODABLE").asLong()).isPositive();
        assertThat(counts.get("rm.completions").get("dead: ID_CONFLICT").asLong())
                .isPositive();
    }

    @Test
    void shouldKeepEveryGuaranteeWhenTheTrainerIsKilledStoppedAndReplaced() throws Exception {
        JsonNode report = faults("trainer", KILLS_IN_PASSING, "is stopped in mid-work");
        JsonNode ratios = report.get("ratios");
        assertThat(ratios.get("liveModelEqualsLedger").asDouble()).isEqualTo(1);
        assertThat(ratios.get("finishedModelEqualsUndisturbed").asDouble()).isEqualTo(1);
        JsonNode context = report.get("context");
        // The one has cuts by time and the other has none: the comparison can tell models from each other.
        assertThat(context.get("sha256OfLive").asText())
                .hasSize(64)
                .isNotEqualTo(context.get("sha256OfFinished").asText());
        assertThat(context.get("versionsOfLive").asInt()).isGreaterThan(3);
        JsonNode counts = report.get("verdict").get("counts");
        assertThat(counts.get("rm.dead-letters").get("from rm.critiqued-pairs").asInt())
                .isPositive();
        assertThat(counts.get("rm.training-ledger")
                        .get("finished: pairs trained on")
                        .asInt())
                .isPositive();
    }

    @Test
    void shouldGiveEveryCompletionOneRewardWhenScorersAreKilledAndStopped() throws Exception {
        JsonNode report = faults("scorer", KILLS_IN_PASSING, "is stopped in mid-work", "--outage", "3s");
        JsonNode context = report.get("context");
        assertThat(context.get("records").asLong())
                .isEqualTo(context.get("rewards").asLong()
                        + context.get("deadLetters").asLong());
        JsonNode rewards = report.get("verdict").get("counts").get("rm.rewards");
        for (String status : List.of("OK", "NO_CRITIQUE", "TOO_LONG_TRUNCATED", "INVALID")) {
            assertThat(rewards.get(status).asInt()).as(status).isPositive();
        }
        assertThat(report.get("ratios").get("answeredInOutages").asDouble()).isEqualTo(1);
        assertThat(context.get("brokerAwayRequests").asInt()).isPositive();
        assertThat(context.get("registryAwayRequests").asInt()).isPositive();
        // Models were exchanged meanwhile.
        assertThat(rewards.get("model versions").asInt()).isGreaterThan(2);
    }

    /** The report of a kill loop in which everything held; {@code word} is what it must have said on the way. */
    private JsonNode faults(String service, int kills, String word, String... more) throws Exception {
        Path data = folder.resolve("faults");
        Path json = folder.resolve("faults.json");
        List<String> arguments = new ArrayList<>(List.of("faults", "--service", service, "--seed", "4"));
        arguments.addAll(List.of("--kills", Integer.toString(kills)));
        arguments.addAll(List.of("--data", data.toString(), "--json", json.toString()));
        arguments.addAll(List.of(more));
        try (LauncherRun run = LauncherRun.start(folder, arguments)) {
            assertThat(run.await(Duration.ofMinutes(8))).as(run.output()).isZero();
            assertThat(run.output()).contains("Kill " + kills + " of " + kills, word, "Every guarantee held.");
            System.out.println(run.output());
        }
        assertThat(LauncherRun.partsOf(data)).isEmpty();
        JsonNode report = new ObjectMapper().readTree(Files.readString(json));
        assertThat(report.get("failures")).isEmpty();
        assertThat(report.get("verdict").get("broken")).isEmpty();
        return report;
    }
}
