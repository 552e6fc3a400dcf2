package dev.touchstone.scorer.shell;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.touchstone.testkit.cluster.OnTestCluster;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The scorer in its container with keys set. No model is needed to be refused. */
@OnTestCluster
@QuarkusTest
@QuarkusTestResource(value = ClusterResource.class, restrictToAnnotatedClass = true)
@TestProfile(KeyCheckTest.WithKeys.class)
class KeyCheckTest {
    private static final String SECRET = "0123456789abcdef";

    /** Two keys. */
    public static final class WithKeys implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("touchstone.http.keys", "a:" + SECRET + ",b:fedcba9876543210", "touchstone.instance-id", "k");
        }
    }

    @Test
    void shouldRefuseWhoShowsNoKeyOrAnother() {
        for (String path : new String[] {"/", "/v1/status", "/v1/models", "/nothing"}) {
            when().get(path)
                    .then()
                    .statusCode(401)
                    .header("WWW-Authenticate", equalTo("Bearer"))
                    .body("error.code", equalTo("unauthorized"));
        }
        given().header("Authorization", "Bearer 0123456789abcdeF")
                .get("/v1/status")
                .then()
                .statusCode(401);
        when().get("/k/wrong/v1/status").then().statusCode(401);
        when().get("/k/").then().statusCode(401);
        given().body("{}").post("/get_reward").then().statusCode(401);
    }

    @Test
    void shouldLetInWhoShowsOneAnyWay() {
        given().header("Authorization", "bearer " + SECRET)
                .get("/v1/status")
                .then()
                .statusCode(200);
        given().header("X-Api-Key", "fedcba9876543210").get("/v1/models").then().statusCode(200);
        when().get("/k/" + SECRET + "/v1/status").then().statusCode(200);
        when().get("/k/" + SECRET + "/").then().statusCode(200).body(containsString("Touchstone"));
        when().get("/k/" + SECRET + "/page.js").then().statusCode(200);
        // A request's body survives the way through the prefix; there is no model yet.
        given().contentType("application/json")
                .body("{\"query\":[\"a\"],\"prompts\":[\"\"],\"labels\":[null]}")
                .post("/k/" + SECRET + "/get_reward")
                .then()
                .statusCode(503)
                .body("detail", containsString("No model"));
    }

    @Test
    void shouldAskForNoKeyWhereNothingIsSecret() {
        when().get("/q/health/live").then().statusCode(200);
        when().get("/q/metrics").then().statusCode(200);
        when().get("/q/openapi").then().statusCode(200).body(containsString("/v1/rewards"));
    }
}
