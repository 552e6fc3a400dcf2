package dev.touchstone.scorer.browser;

import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.touchstone.testkit.cluster.OnTestCluster;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scorer whose page is turned off says so, to programs and to whoever opens it. */
@OnTestCluster
@QuarkusTest
@QuarkusTestResource(value = PageCluster.class, restrictToAnnotatedClass = true)
@TestProfile(PageOffTest.WithoutPage.class)
class PageOffTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SENTENCE =
            "This scorer has no page: ask another one, or set touchstone.page=true here.";

    /** One that does not read the topics for a page. */
    public static final class WithoutPage implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("touchstone.page", "false", "touchstone.instance-id", "page-off");
        }
    }

    @TempDir
    Path folder;

    @TestHTTPResource("/")
    URI root;

    @Test
    void shouldAnswerWithOneSentenceWhenThePageIsOff() {
        for (String path : new String[] {"/v1/dashboard", "/v1/dashboard/events"}) {
            when().get(path)
                    .then()
                    .statusCode(404)
                    .body("error.code", equalTo("no_page"))
                    .body("error.message", containsString(SENTENCE));
        }
    }

    @Test
    void shouldShowTheSentenceWhenABrowserOpensIt() throws Exception {
        assumeTrue(Browser.find().isPresent(), Browser.NONE);
        try (Browser page = Browser.start(Browser.find().orElseThrow(), folder)) {
            page.open(root);
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(page.text("#connection")).isEqualTo(SENTENCE));
        }
    }
}
