package dev.touchstone.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.Ports;
import dev.touchstone.testkit.cluster.TestCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Wrong use of the commands that start nothing. */
class TouchstoneTest {
    private final StringWriter err = new StringWriter();

    @Test
    void shouldNameTheServicesThereAreWhenFaultsAreWantedForAnother() {
        assertThat(run("faults", "--service", "producer")).isEqualTo(2);
        assertThat(err)
                .hasToString("There are no faults for 'producer': choose one of critique-stream, trainer, scorer.\n");
    }

    @Test
    void shouldGuessNothingWhenReplayIsNotToldWhat() {
        assertThat(run("replay", "--topic", "rm.pairs")).isEqualTo(2);
        assertThat(err.toString()).contains("give --reason or --since");
    }

    @Test
    void shouldNameWhatCanBeChosenWhenReplayIsToldSomethingElse() {
        assertThat(run("replay", "--reason", "BAD_LUCK")).isEqualTo(2);
        assertThat(err.toString()).contains("CRITIC_REFUSED");
        assertThat(run("replay", "--since", "yesterday")).isEqualTo(2);
        assertThat(err.toString()).contains("'yesterday' is no time");
        assertThat(run("replay", "--since", "2h", "--until", "3h")).isEqualTo(2);
        assertThat(err.toString()).contains("--since must be before --until");
        assertThat(run("replay", "--since", "2h", "--topic", "rm.models")).isEqualTo(2);
        assertThat(err.toString()).contains("Nothing is sent back to a topic rm.models");
    }

    @Test
    void shouldSaySoWhenThereIsNoBroker() {
        String nowhere = "127.0.0.1:" + Ports.free();
        assertThat(run("verify", "--wait", "-1")).isEqualTo(2);
        assertThat(run("verify", "--bootstrap-servers", nowhere)).isEqualTo(2);
        assertThat(err.toString()).contains("No Kafka broker answers at " + nowhere);
    }

    @OnTestCluster
    @Test
    void shouldSayHowToMakeThemWhenThereAreNoTopics() {
        String broker = TestCluster.shared().settings().bootstrapServers();
        String message = "There is no topic none.pairs: create the topics with ./touchstone topics --create,"
                + " or name others with --topic-prefix.\n";
        assertThat(run("verify", "--bootstrap-servers", broker, "--topic-prefix", "none."))
                .isEqualTo(2);
        assertThat(err).hasToString(message);
        assertThat(run("replay", "--since", "2h", "--bootstrap-servers", broker, "--topic-prefix", "none."))
                .isEqualTo(2);
        assertThat(err).hasToString(message + message);
    }

    private int run(String... arguments) {
        CommandLine line = Touchstone.commandLine();
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }
}
