package dev.touchstone.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.touchstone.schemas.registry.RegistryAccess;
import dev.touchstone.schemas.registry.RegistryClient;
import dev.touchstone.schemas.registry.RegistryException;
import dev.touchstone.schemas.registry.RegistryUnavailableException;
import dev.touchstone.schemas.v1.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against a registry that answers as the test says; a real one is in testkit's tests. */
class RegistryClientTest {
    private record Answer(int status, String body) {}

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            Answer answer = answers.remove();
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void shouldWaitWhenTheRegistryIsNotAbleToAnswerNow() {
        answers.add(new Answer(503, ""));
        answers.add(new Answer(429, ""));
        answers.add(new Answer(200, "{\"id\": 7}"));
        assertThat(client().id("t-value", Message.getClassSchema(), true)).isEqualTo(7);
        assertThat(requests).hasSize(3).allMatch(request -> request.endsWith("Basic dXNlcjpwYXNz"));
    }

    @Test
    void shouldAskOnceWhenAnIdIsNeededOften() {
        answers.add(new Answer(200, "{\"id\": 7}"));
        RegistryClient client = client();
        for (int i = 0; i < 3; i++) {
            assertThat(client.id("t-value", Message.getClassSchema(), true)).isEqualTo(7);
            assertThat(client.schema(7)).isEqualTo(Message.getClassSchema());
        }
        assertThat(requests).hasSize(1);
    }

    @Test
    void shouldSayNoWhenTheRegistryDoes() {
        answers.add(new Answer(404, "{\"error_code\": 40403}"));
        assertThatThrownBy(() -> client().schema(9))
                .isInstanceOfSatisfying(
                        RegistryException.class, no -> assertThat(no.status()).isEqualTo(404));
        answers.add(new Answer(200, "<html>not a registry</html>"));
        assertThatThrownBy(() -> client().schema(9)).isInstanceOf(RegistryException.class);
        answers.add(new Answer(200, "{\"schemaType\": \"PROTOBUF\", \"schema\": \"\"}"));
        assertThatThrownBy(() -> client().schema(9)).isInstanceOf(RegistryException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:8081", "ftp://host", "http://", "http://a b/c", " "})
    void shouldSayWhatToSetWhenTheAddressIsNone(String url) {
        assertThatThrownBy(() -> new RegistryClient(Map.of(RegistryAccess.URL, url)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(RegistryAccess.URL);
    }

    @Test
    void shouldTakeSeveralAddressesWhenSeparatedByCommas() {
        assertThatCode(() -> new RegistryClient(Map.of(RegistryAccess.URL, "http://one:1, https://two/apis/")))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldBlameNoRecordWhenTheLoginIsRefused() {
        for (int status : new int[] {401, 403}) {
            answers.add(new Answer(status, ""));
            Map<String, String> config = new HashMap<>(config("other:secret-word"));
            config.put(RegistryClient.WAIT_MS, "0");
            assertThatThrownBy(() -> new RegistryClient(config).schema(9))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("refuses the login (" + status)
                    .hasMessageNotContaining("secret-word");
        }
    }

    @Test
    void shouldLogInByEveryOfConfluentsNames() {
        String jaas =
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"user\" password=\"pass\";";
        String host = "127.0.0.1:" + server.getAddress().getPort();
        for (Map<String, String> login : List.of(
                Map.of("schema.registry.basic.auth.user.info", "user:pass"),
                Map.of("basic.auth.credentials.source", "SASL_INHERIT", "sasl.jaas.config", jaas),
                Map.of(
                        "basic.auth.credentials.source",
                        "URL",
                        RegistryAccess.URL,
                        "http://user:pass@" + host,
                        RegistryAccess.BEARER_TOKEN,
                        "not-used"))) {
            answers.add(new Answer(200, "{\"id\": 7}"));
            Map<String, String> config = new HashMap<>(Map.of(RegistryAccess.URL, "http://" + host));
            config.putAll(login);
            assertThat(new RegistryClient(config).id("t-value", Message.getClassSchema(), true))
                    .isEqualTo(7);
        }
        assertThat(requests).hasSize(3).allMatch(request -> request.endsWith("Basic dXNlcjpwYXNz"));
        answers.add(new Answer(200, "{\"id\": 7}"));
        new RegistryClient(Map.of(RegistryAccess.URL, "http://" + host, RegistryAccess.BEARER_TOKEN, "token"))
                .id("t-value", Message.getClassSchema(), true);
        assertThat(requests).last().asString().endsWith("Bearer token");
    }

    @Test
    void shouldTellNoSecretWhenASettingIsWrong() {
        String secret = "hunter2";
        for (Map<String, String> wrong : List.of(
                Map.of(RegistryAccess.URL, "ftp://user:hunter2@host"),
                Map.of(RegistryAccess.CREDENTIALS_SOURCE, "USER_INFO"),
                Map.of(RegistryAccess.CREDENTIALS_SOURCE, "ELSEWHERE"),
                Map.of(RegistryAccess.CREDENTIALS_SOURCE, "SASL_INHERIT"),
                Map.of(
                        RegistryAccess.CREDENTIALS_SOURCE,
                        "SASL_INHERIT",
                        "sasl.jaas.config",
                        "a required password=x hunter2;"),
                Map.of(
                        "schema.registry.ssl.truststore.location",
                        "/nowhere",
                        "schema.registry.ssl.truststore.password",
                        secret))) {
            Map<String, String> config = new HashMap<>(Map.of(RegistryAccess.URL, "https://host"));
            config.putAll(wrong);
            assertThatThrownBy(() -> new RegistryClient(config))
                    .isInstanceOf(UserError.class)
                    .hasMessageNotContaining(secret);
        }
    }

    private Map<String, String> config(String userInfo) {
        return Map.of(
                RegistryAccess.URL,
                "http://127.0.0.1:" + server.getAddress().getPort(),
                RegistryAccess.USER_INFO,
                userInfo,
                RegistryClient.WAIT_MS,
                "20000");
    }

    private RegistryClient client() {
        return new RegistryClient(config("user:pass"));
    }
}
