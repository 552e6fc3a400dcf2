package dev.touchstone.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.schemas.UserError;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MlflowTest {
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void shouldMakeExperimentAndRunOnceAndGoOnWithThemAfterARestart() throws Exception {
        try (FakeMlflow server = new FakeMlflow()) {
            MlflowSettings settings = new MlflowSettings(server.uri(), "e 1", "t0p-secret");
            for (int start = 0; start < 2; start++) {
                int logged = server.named("runs/log-batch").size();
                try (Mlflow mlflow = new Mlflow(settings)) {
                    mlflow.accept(report(start * 10 + 1, Map.of("loss", 0.5, "source/a:b/windowPairs", 3.0)));
                    mlflow.accept(report(start * 10 + 2, Map.of("loss", 0.25)));
                    await().atMost(LONG)
                            .until(() -> server.named("runs/log-batch").size() == logged + 2);
                }
            }

            assertThat(server.names())
                    .containsExactly(
                            "experiments/get-by-name",
                            "experiments/create",
                            "runs/search",
                            "runs/create",
                            "runs/log-batch",
                            "runs/log-batch",
                            "runs/update",
                            "experiments/get-by-name",
                            "runs/search",
                            "runs/update",
                            "runs/log-batch",
                            "runs/log-batch",
                            "runs/update");
            assertThat(server.calls).extracting(FakeMlflow.Call::authorization).containsOnly("Bearer t0p-secret");
            assertThat(server.calls.get(0).body().path("query").asText()).isEqualTo("experiment_name=e+1");
            assertThat(server.named("runs/create")
                            .get(0)
                            .body()
                            .path("run_name")
                            .asText())
                    .isEqualTo("m");
            JsonNode batch = server.named("runs/log-batch").get(0).body();
            assertThat(batch.path("run_id").asText()).isEqualTo("r1");
            assertThat(batch.path("metrics")).hasSize(2);
            JsonNode first = batch.path("metrics").get(0);
            assertThat(first.path("key").asText()).isEqualTo("loss");
            assertThat(first.path("value").asDouble()).isEqualTo(0.5);
            assertThat(first.path("step").asLong()).isEqualTo(1);
            assertThat(first.path("timestamp").asLong()).isEqualTo(WHEN.toEpochMilli());
            assertThat(batch.path("metrics").get(1).path("key").asText()).isEqualTo("source/a_b/windowPairs");
            assertThat(server.named("runs/update"))
                    .extracting(call -> call.body().path("status").asText())
                    .containsExactly("FINISHED", "RUNNING", "FINISHED");
        }
    }

    @Test
    void shouldGoOnWithTheNextReportWhenTheServerHasRefusedOne() throws Exception {
        try (FakeMlflow server = new FakeMlflow();
                Mlflow mlflow = new Mlflow(new MlflowSettings(server.uri(), "e", null))) {
            server.refusing = true;
            mlflow.accept(report(1, Map.of("loss", 1.0)));
            await().atMost(LONG).until(() -> server.calls.size() == 1);
            server.refusing = false;
            mlflow.accept(report(2, Map.of("loss", 1.0)));
            await().atMost(LONG).until(() -> !server.named("runs/log-batch").isEmpty());

            JsonNode metric =
                    server.named("runs/log-batch").get(0).body().path("metrics").get(0);
            assertThat(metric.path("step").asLong()).isEqualTo(2);
            assertThat(server.calls).extracting(FakeMlflow.Call::authorization).containsOnly("null");
        }
    }

    @Test
    @Timeout(30)
    void shouldNeitherWaitNorHoardWhenTheServerHangs() throws Exception {
        try (FakeMlflow server = new FakeMlflow()) {
            server.hanging = true;
            Mlflow mlflow = new Mlflow(new MlflowSettings(server.uri(), "e", null));
            long begun = System.nanoTime();
            for (int step = 1; step <= 10_000; step++) {
                mlflow.accept(report(step, Map.of("loss", 1.0)));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
            assertThat(mlflow.waiting()).isLessThanOrEqualTo(64);
            begun = System.nanoTime();
            mlflow.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void shouldRefuseAnAddressThatIsNoServerAndKeepTheTokenToItself() {
        assertThatThrownBy(() -> new MlflowSettings(URI.create("file:///tmp"), "e", null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("touchstone.mlflow-uri");
        assertThatThrownBy(() -> new MlflowSettings(URI.create("http://me:pw@host"), "e", null))
                .isInstanceOf(UserError.class)
                .hasMessageNotContaining("pw");
        assertThatThrownBy(() -> new MlflowSettings(URI.create("http://host"), "e", "two\nlines"))
                .isInstanceOf(UserError.class)
                .hasMessageNotContaining("two");
        assertThat(new MlflowSettings(URI.create("http://host"), "e", "s3cret").toString())
                .doesNotContain("s3cret");
    }

    private static Report report(long step, Map<String, Double> values) {
        return new Report("m", step, WHEN, new TreeMap<>(values));
    }
}
