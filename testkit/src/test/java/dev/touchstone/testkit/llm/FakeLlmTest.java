package dev.touchstone.testkit.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each behaviour as the JDK's client sees it, and what the log says of it. */
class FakeLlmTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final List<FakeLlm> servers = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(FakeLlm::close);
    }

    @Test
    void shouldAnswerInTheShapeOfOpenAiWhenAsked() throws Exception {
        FakeLlm llm = llm(call -> FakeLlm.answer("To \"" + call.userMessage() + "\": ü."));
        JsonNode first = Chat.answer(llm, "How so?");
        JsonNode second = Chat.answer(llm, "And then?");

        JsonNode choice = first.path("choices").path(0);
        assertThat(choice.path("message").path("content").asText()).isEqualTo("To \"How so?\": ü.");
        assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(first.path("model").asText()).isEqualTo("fake-1");
        assertThat(first.path("id").asText()).isNotEqualTo(second.path("id").asText());
        // "Be brief." and "How so?" are 16 characters, the answer is 16.
        assertThat(first.path("usage").path("prompt_tokens").asInt()).isEqualTo(4);
        assertThat(first.path("usage").path("completion_tokens").asInt()).isEqualTo(4);
        assertThat(first.path("usage").path("total_tokens").asInt()).isEqualTo(8);
    }

    @Test
    void shouldLogEveryCallWhenItArrivesAndWhenItEnds() throws Exception {
        FakeLlm llm = llm(call -> FakeLlm.answer("Yes."));
        Chat.ask(llm, "Is it?");
        Chat.ask(llm, "Is it?");
        Chat.ask(llm, "Or not?");

        assertThat(llm.calls()).extracting(FakeLlm.Call::number).containsExactly(1, 2, 3);
        assertThat(llm.calls()).allSatisfy(call -> {
            assertThat(call.authorization()).isEqualTo("Bearer key");
            assertThat(call.model()).isEqualTo("fake-1");
            assertThat(call.end()).hasValueSatisfying(end -> {
                assertThat(end.behaviour()).isEqualTo(Behaviour.Answer.class);
                assertThat(end.reason()).isEqualTo(CallEnd.Reason.CARRIED_OUT);
                assertThat(end.at()).isAfter(call.arrivedAt());
            });
        });
        assertThat(llm.callsPerContent())
                .containsExactlyInAnyOrderEntriesOf(Map.of(FakeLlm.hash("Is it?"), 2, FakeLlm.hash("Or not?"), 1));
        assertThat(llm.finishedCount()).isEqualTo(3);
        assertThat(llm.inFlight()).isZero();
        assertThat(llm.mostInFlight()).isEqualTo(1);
    }

    @Test
    void shouldTakeItsTimeWhenTheAnswerHasADelay() throws Exception {
        FakeLlm llm = llm(call ->
                new Behaviour.After(Duration.ofMillis(40), new Behaviour.Answer("Late.", Duration.ofMillis(30))));
        assertThat(Chat.ask(llm, "x").statusCode()).isEqualTo(200);
        FakeLlm.Call call = llm.calls().get(0);
        assertThat(call.end().orElseThrow().at())
                .isAfterOrEqualTo(call.arrivedAt().plusMillis(70));
        assertThat(call.end().orElseThrow().behaviour()).isEqualTo(Behaviour.Answer.class);
    }

    @Test
    void shouldSendTheStatusAsItIsWhenToldTo() throws Exception {
        FakeLlm llm = llm(call ->
                new Behaviour.Status(429, Map.of("Retry-After", "7", "content-type", "text/plain"), "Not now."));
        HttpResponse<String> response = Chat.ask(llm, "x");
        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(response.headers().allValues("Content-Type")).containsExactly("text/plain");
        assertThat(response.body()).isEqualTo("Not now.");
    }

    @Test
    void shouldSendWhatIsNoAnswerWhenToldTo() throws Exception {
        HttpResponse<String> page = Chat.ask(llm(call -> new Behaviour.Raw("text/html", "<html>Wait</html>")), "x");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html");
        assertThat(page.body()).isEqualTo("<html>Wait</html>");

        JsonNode refusal = Chat.answer(llm(call -> new Behaviour.Refusal("No.")), "x")
                .path("choices")
                .path(0);
        assertThat(refusal.path("message").path("refusal").asText()).isEqualTo("No.");
        assertThat(refusal.path("message").path("content").isNull()).isTrue();
        assertThat(refusal.path("finish_reason").asText()).isEqualTo("stop");

        JsonNode filtered = Chat.answer(llm(call -> new Behaviour.CutShort("Well", "content_filter")), "x")
                .path("choices")
                .path(0);
        assertThat(filtered.path("finish_reason").asText()).isEqualTo("content_filter");
        assertThat(filtered.path("message").path("content").asText()).isEqualTo("Well");
    }

    @Test
    void shouldSendTenMegabytesWhenTheAnswerIsHuge() throws Exception {
        JsonNode answer = Chat.answer(llm(call -> new Behaviour.Huge(10_000_000)), "x");
        assertThat(answer.path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asText())
                .hasSize(10_000_000)
                .matches("x+");
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(2_500_000);
    }

    @Test
    void shouldSendTheWholeAnswerWhenItIsSlow() throws Exception {
        FakeLlm llm = llm(call -> new Behaviour.Slow("Drop by drop.", 50, Duration.ofMillis(5)));
        HttpResponse<String> response = Chat.ask(llm, "x");
        assertThat(response.body()).contains("\"Drop by drop.\"").endsWith("}");
        FakeLlm.Call call = llm.calls().get(0);
        long drops = (response.body().length() + 49) / 50;
        assertThat(call.end().orElseThrow().at())
                .isAfterOrEqualTo(call.arrivedAt().plusMillis(5 * drops));
    }

    @Test
    void shouldLeaveTheClientWaitingWhenItHangs() {
        FakeLlm llm = llm(call -> new Behaviour.Hang());
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .send(Chat.http(llm, "x", Duration.ofMillis(300)), HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class);
        // The client's leaving is noticed, so that what is in flight stays true.
        await().atMost(LIMIT).until(() -> llm.inFlight() == 0);
        assertThat(llm.calls().get(0).end().orElseThrow().reason()).isEqualTo(CallEnd.Reason.CLIENT_LEFT);
    }

    @Test
    void shouldFailTheClientWhenTheConnectionIsReset() {
        for (Behaviour behaviour : List.of(new Behaviour.Reset(), new Behaviour.ResetMidBody("Half", 20))) {
            FakeLlm llm = llm(call -> behaviour);
            assertThatThrownBy(() -> Chat.ask(llm, "x")).isInstanceOf(IOException.class);
            assertThat(llm.calls().get(0).end().orElseThrow().reason()).isEqualTo(CallEnd.Reason.CARRIED_OUT);
        }
    }

    @Test
    void shouldTellTheClientWhenTheScriptFails() throws Exception {
        FakeLlm llm = llm(call -> {
            throw new IllegalStateException("A bug in the test.");
        });
        HttpResponse<String> response = Chat.ask(llm, "x");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("A bug in the test.");
        assertThat(Chat.ask(llm(call -> null), "x").statusCode()).isEqualTo(500);
    }

    @Test
    void shouldCountTheMoneyWhenTheModelWorked() throws Exception {
        FakeLlm llm = FakeLlm.start(
                call -> switch (call.number()) {
                    case 1 -> FakeLlm.answer("x".repeat(4_000));
                    case 2 -> FakeLlm.error(503, "server_error", "Not today.");
                    case 3 -> new Behaviour.Raw("application/json", "{");
                    default -> new Behaviour.Answer("y".repeat(400), Duration.ofHours(1));
                },
                LlmSettings.DEFAULTS.withPrices("0.15", "0.60"));
        servers.add(llm);
        String content = "z".repeat(391); // 400 characters with the system's message
        for (int i = 0; i < 3; i++) {
            Chat.ask(llm, content);
        }
        // 100 tokens at 0.15 and 1,000 at 0.60 per million.
        assertThat(llm.spent()).isEqualByComparingTo("0.000615");

        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .send(Chat.http(llm, content, Duration.ofMillis(300)), HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class);
        await().atMost(LIMIT).until(() -> llm.inFlight() == 0);
        // Nobody waited for the last answer, but the model worked on it.
        assertThat(llm.calls().get(3).end().orElseThrow().reason()).isEqualTo(CallEnd.Reason.CLIENT_LEFT);
        assertThat(llm.spent()).isEqualByComparingTo(new BigDecimal("0.000615").add(new BigDecimal("0.000075")));
    }

    @Test
    void shouldHoldAThousandCallsWhenAllAreInFlightAtOnce() {
        int calls = 1_024;
        CountDownLatch hold = new CountDownLatch(1);
        FakeLlm llm = llm(call -> {
            try {
                hold.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return FakeLlm.answer(call.userMessage());
        });
        HttpClient client = HttpClient.newHttpClient();
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            answers.add(Chat.askAsync(client, llm, "Call no. " + i + "."));
        }
        await().atMost(LIMIT).until(() -> llm.inFlight() == calls);
        hold.countDown();
        for (int i = 0; i < calls; i++) {
            assertThat(answers.get(i).join().body()).contains("Call no. " + i + ".");
        }
        assertThat(llm.mostInFlight()).isEqualTo(calls);
        assertThat(llm.finishedCount()).isEqualTo(calls);
        assertThat(llm.callsPerContent())
                .hasSize(calls)
                .allSatisfy((hash, times) -> assertThat(times).isEqualTo(1));
    }

    private FakeLlm llm(Function<FakeLlm.Call, Behaviour> script) {
        FakeLlm llm = FakeLlm.start(script);
        servers.add(llm);
        return llm;
    }
}
