package dev.touchstone.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.touchstone.schemas.registry.RegistryClient;
import dev.touchstone.schemas.registry.RegistryException;
import dev.touchstone.schemas.v1.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
        assertThatThrownBy(() -> new RegistryClient(Map.of(RegistryClient.URL, url)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(RegistryClient.URL);
    }

    @Test
    void shouldTakeSeveralAddressesWhenSeparatedByCommas() {
        assertThatCode(() -> new RegistryClient(Map.of(RegistryClient.URL, "http://one:1, https://two/apis/")))
                .doesNotThrowAnyException();
    }

    private RegistryClient client() {
        return new RegistryClient(Map.of(
                RegistryClient.URL,
                "http://127.0.0.1:" + server.getAddress().getPort(),
                RegistryClient.USER_INFO,
                "user:pass",
                RegistryClient.WAIT_MS,
                "20000"));
    }
}
