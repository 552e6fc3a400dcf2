package dev.touchstone.scorer.browser;

import static dev.touchstone.scorer.Fixtures.MODEL;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.GateDecision;
import dev.touchstone.scorer.Checkpoints;
import dev.touchstone.testkit.cluster.OnTestCluster;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ThrowingRunnable;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, over a real scorer, broker and registry. Skipped, with a word, where there is no Chromium. */
@OnTestCluster
@QuarkusTest
@QuarkusTestResource(value = PageCluster.class, restrictToAnnotatedClass = true)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String HOSTILE = "<script>window.hacked=1</script><img src=x onerror='window.hacked=2'>";
    private static final int SCORED = 60;

    @TempDir
    static Path folder;

    private static @Nullable Browser browser;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "kafka.schema.registry.url")
    String registryUrl;

    @TestHTTPResource("/")
    URI root;

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    @Order(1)
    void shouldShowTheFiguresOfTheTopicsWhenABrowserOpensThePage() throws Exception {
        PageRecords records = produce();
        Browser page = browser();
        page.show(1280, 900, "light");
        page.open(root);

        reads("#held-out-accuracy", "87.5%");
        reads("#trained-pairs", "2,560");
        reads("[data-table=lags]", "critique-stream");
        reads("[data-chart=before] .legend", "with critique");
        reads("[data-table=reasons]", "Critic refused");
        reads("[data-table=names]", "pinned-for-ppo");
        reads("#held", "The gate is held");
        reads("[data-table=checkpoints]", "The slice hard loses 0.06");
        reads("[data-table=completions]", "Two and two make four");
        reads("[data-table=worth]", "≥");
        reads("[data-table=critics]", "critic-a");

        records.pairs(5, 2);
        reads("#pending", "3");
        reads("#pending-note", "3 pairs, 0 completions");
        records.completions(1_000, 1);
        reads("[data-table=completions]", "Attempt 1000");
        records.remove("hold");
        reads("#held", "The gate may promote");
        assertThat(page.evaluate("document.querySelectorAll('[data-chart] canvas').length")
                        .asInt())
                .isEqualTo(7);
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void shouldShowHostileTextsAsTextWhenTheyAreMarkup() throws Exception {
        Browser page = browser();
        records().completion(2_000, "completion " + HOSTILE, "critique " + HOSTILE);
        reads("[data-table=completions]", "completion " + HOSTILE);
        reads("[data-table=completions]", "critique " + HOSTILE);
        reads("[data-table=letters]", "breaks a rule <b>here</b>");
        assertThat(page.evaluate("typeof window.hacked").asText()).isEqualTo("undefined");
        assertThat(page.evaluate("document.querySelectorAll('main img, main script, main b, [onerror]').length")
                        .asInt())
                .isZero();
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    @Order(3)
    void shouldNeedNoOtherHostWhenItIsOpened() throws Exception {
        assertThat(browser().requests())
                .isNotEmpty()
                .allSatisfy(address ->
                        assertThat(URI.create(address).getAuthority()).isEqualTo(root.getAuthority()));
        for (String path : List.of("/", "/page.js", "/chart.js", "/page.css")) {
            Map<String, String> headers = Map.of(
                    "Content-Security-Policy", "frame-ancestors 'none'",
                    "X-Content-Type-Options", "nosniff",
                    "Referrer-Policy", "no-referrer");
            headers.forEach((name, value) -> assertThat(when().get(path).header(name))
                    .as("%s of %s", name, path)
                    .contains(value));
            assertThat(when().get(path).header("Content-Security-Policy")).doesNotContain("unsafe");
        }
    }

    @Test
    @Order(4)
    void shouldBeUsableByKeyboardAndScreenReaderWhenNobodySeesIt() throws Exception {
        Browser page = browser();
        page.evaluate("document.body.focus(), document.activeElement.blur()");
        page.press("Tab", 9);
        assertThat(page.evaluate("document.activeElement.textContent").asText()).isEqualTo("Skip to the figures");
        page.evaluate("document.getElementById('pause').focus()");
        page.press("Enter", 13);
        assertThat(page.evaluate("document.activeElement.getAttribute('aria-pressed')")
                        .asText())
                .isEqualTo("true");
        page.press("Enter", 13);
        assertThat(page.evaluate("document.activeElement.getAttribute('aria-pressed')")
                        .asText())
                .isEqualTo("false");

        page.evaluate("document.querySelector('[data-chart=heldOut] summary').focus()");
        page.press("Enter", 13);
        reads("[data-chart=heldOut] details table", "87.5%");
        page.press("Enter", 13);

        assertThat(page.evaluate(
                                "[...document.querySelectorAll('.plot')].every(plot => plot.getAttribute('role') === 'img'"
                                        + " && plot.getAttribute('aria-label').includes('The table below'))")
                        .asBoolean())
                .isTrue();
        assertThat(page.evaluate(
                                "[...document.querySelectorAll('a, button, summary')].every(e => e.textContent.trim())")
                        .asBoolean())
                .isTrue();
        assertThat(page.evaluate("[...document.querySelectorAll('table')].every(table =>"
                                + " document.getElementById(table.getAttribute('aria-labelledby')))")
                        .asBoolean())
                .isTrue();
    }

    @Test
    @Order(5)
    void shouldFitWhenTheWindowIsNarrowOrWideLightOrDark() throws Exception {
        Browser page = browser();
        for (String colours : List.of("light", "dark")) {
            for (int width : new int[] {400, 1280}) {
                page.show(width, 900, colours);
                untilItHolds(
                        () -> assertThat(page.evaluate("[...document.querySelectorAll('section, canvas, table, td')]"
                                                + ".filter(e => e.getBoundingClientRect().right > " + width
                                                + ").map(e => e.tagName + '.' + e.className).join()")
                                        .asText())
                                .isEmpty());
                assertThat(page.evaluate("document.documentElement.scrollWidth").asInt())
                        .isLessThanOrEqualTo(width);
                page.screenshot(Path.of("target", "page-" + width + "-" + colours + ".png"));
            }
        }
        assertThat(page.complaints()).isEmpty();
    }

    private PageRecords produce() throws Exception {
        PageRecords records = records();
        records.training();
        CheckpointManifest written = Checkpoints.write(folder, 11);
        CheckpointManifest champion = PageRecords.manifest(
                        written.getVersionId(), 80, written.getUri(), written.getSha256())
                .setTrainedPairs(2_560L)
                .setMetrics(Map.of(
                        "prequentialPairsWithCritique", 2_560.0,
                        "prequentialAccuracyWithCritique", 0.86,
                        "heldOutAccuracy", 0.875))
                .setGate(GateDecision.PROMOTED)
                .setParent("step-40")
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MICROS))
                .setGateReasons(List.of("The evidence is 52.7, at least 20.", "No slice loses more than 0.05."))
                .build();
        records.send(
                new TopicCatalogue(PageCluster.PREFIX).checkpoints().name(),
                MODEL + "/" + champion.getVersionId(),
                champion);
        records.alias("champion", champion.getVersionId(), "trainer", "The gate promoted it.");
        records.alias("previous", "step-40", "trainer", "It served before.");
        records.alias("pinned-for-ppo", "step-35", "ada", "A run of PPO needs it.");
        records.alias("hold", champion.getVersionId(), "ada", "Until the run has ended.");
        records.deadLetters();
        await().atMost(LIMIT)
                .untilAsserted(() -> when().get("/q/health/ready").then().statusCode(200));
        records.completions(0, SCORED);
        return records;
    }

    private PageRecords records() {
        return new PageRecords(
                KafkaSettings.of(Map.of("bootstrap.servers", bootstrapServers, "schema.registry.url", registryUrl)),
                new TopicCatalogue(PageCluster.PREFIX),
                Instant.now().truncatedTo(ChronoUnit.MICROS));
    }

    private static Browser browser() throws Exception {
        Browser started = browser;
        if (started == null) {
            assumeTrue(Browser.find().isPresent(), Browser.NONE);
            started = Browser.start(Browser.find().orElseThrow(), folder.resolve("profile"));
            browser = started;
        }
        return started;
    }

    private static void reads(String selector, String text) throws Exception {
        Browser page = browser();
        untilItHolds(() -> assertThat(page.text(selector)).as(selector).contains(text));
    }

    private static void untilItHolds(ThrowingRunnable condition) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).untilAsserted(condition);
    }
}
