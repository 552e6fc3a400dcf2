package dev.touchstone.scorer.shell;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.testkit.cluster.Certificate;
import dev.touchstone.testkit.cluster.OnTestCluster;
import dev.touchstone.testkit.cluster.Ports;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The scorer in its container with the settings of docs/security.md: TLS, no plain HTTP, a key. */
@OnTestCluster
@QuarkusTest
@QuarkusTestResource(value = ClusterResource.class, restrictToAnnotatedClass = true)
@TestProfile(TlsTest.WithTls.class)
class TlsTest {
    private static final String SECRET = "0123456789abcdef";

    @TestHTTPResource(value = "/", tls = true)
    URI root;

    @ConfigProperty(name = "quarkus.http.test-port")
    int plainPort;

    @ConfigProperty(name = "quarkus.tls.key-store.pem.0.cert")
    Path certificate;

    /** A certificate that is made for it. */
    public static final class WithTls implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Certificate made = Certificate.in(Files.createTempDirectory("touchstone-tls"));
                return Map.of(
                        "quarkus.tls.key-store.pem.0.cert", made.pem().toString(),
                        "quarkus.tls.key-store.pem.0.key", made.key().toString(),
                        "quarkus.http.insecure-requests", "disabled",
                        "quarkus.http.test-ssl-port", Integer.toString(Ports.free()),
                        "quarkus.http.test-port", Integer.toString(Ports.free()),
                        "touchstone.http.keys", "a:" + SECRET,
                        "touchstone.instance-id", "tls");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void shouldAnswerByTlsAndWantItsKeyThere() throws Exception {
        assertThat(root.getScheme()).isEqualTo("https");
        trusting().get(root.resolve("v1/status")).then().statusCode(401);
        trusting()
                .header("X-Api-Key", SECRET)
                .get(root.resolve("v1/status"))
                .then()
                .statusCode(200);
        trusting().get(root.resolve("q/health/live")).then().statusCode(200);
    }

    @Test
    void shouldNotListenWithoutTlsNorBeTrustedByJustAnybody() {
        assertThat(Ports.isFree(plainPort)).isTrue();
        assertThatThrownBy(() -> given().get(root)).isInstanceOf(SSLException.class);
    }

    private RequestSpecification trusting() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "scorer", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        return given().trustStore(trusted);
    }
}
