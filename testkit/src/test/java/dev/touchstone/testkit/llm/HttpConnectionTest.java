package dev.touchstone.testkit.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The wire: bytes sent and received on plain sockets. */
class HttpConnectionTest {
    private static final String BODY = Chat.request("It is 4.").toString();
    private static final String REQUEST = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n";
    private static final String WHOLE = REQUEST + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY;

    private volatile Function<FakeLlm.Call, Behaviour> script = call -> FakeLlm.answer("No. " + call.number() + ".");
    private final FakeLlm llm = FakeLlm.start(call -> script.apply(call));

    @AfterEach
    void close() {
        llm.close();
    }

    @Test
    void shouldTakeRequestAfterRequestWhenTheConnectionStaysOpen() throws Exception {
        try (Socket socket = connect()) {
            for (int i = 1; i <= 3; i++) {
                send(socket, WHOLE);
                assertThat(response(socket)).startsWith("HTTP/1.1 200").contains("\"No. " + i + ".\"");
            }
        }
    }

    @Test
    void shouldAnswerInTurnWhenRequestsArePipelined() throws Exception {
        script = call -> new Behaviour.Answer("No. " + call.number() + ".", Duration.ofMillis(30));
        try (Socket socket = connect()) {
            send(socket, WHOLE + WHOLE);
            assertThat(response(socket)).contains("\"No. 1.\"");
            assertThat(response(socket)).contains("\"No. 2.\"");
        }
    }

    @Test
    void shouldCountOneCallInFlightWhenEachBeginsAfterTheLastWasAnswered() throws Exception {
        try (Socket one = connect();
                Socket other = connect()) {
            for (int i = 0; i < 250; i++) {
                send(one, WHOLE);
                assertThat(response(one)).startsWith("HTTP/1.1 200");
                send(other, WHOLE);
                assertThat(response(other)).startsWith("HTTP/1.1 200");
            }
        }
        assertThat(llm.mostInFlight()).isEqualTo(1);
    }

    @Test
    void shouldReadTheBodyWhenItComesInChunks() throws Exception {
        int half = BODY.length() / 2;
        try (Socket socket = connect()) {
            send(socket, REQUEST + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
            assertThat(head(socket)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            send(socket, Integer.toHexString(half) + ";ext=1\r\n" + BODY.substring(0, half) + "\r\n");
            send(socket, Integer.toHexString(BODY.length() - half) + "\r\n" + BODY.substring(half) + "\r\n");
            send(socket, "0\r\nTrailer: yes\r\n\r\n");
            assertThat(response(socket)).startsWith("HTTP/1.1 200");
            send(socket, WHOLE);
            assertThat(response(socket)).contains("\"No. 2.\"");
        }
        assertThat(llm.calls().get(0).request()).isEqualTo(Chat.request("It is 4."));
    }

    @Test
    void shouldCloseTheConnectionWhenTheClientAsksForIt() throws Exception {
        try (Socket socket = connect()) {
            send(socket, WHOLE.replace("Host: x", "Connection: Close"));
            assertThat(response(socket)).contains("\"No. 1.\"");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldRefuseWhatIsNoRequestWhenItArrives() throws Exception {
        for (String bad : new String[] {
            "no http\r\nat all\r\n\r\n",
            REQUEST + "Content-Length: many\r\n\r\n",
            REQUEST + "Content-Length: 99999999999\r\n\r\n",
            REQUEST + "Content-Length: -1\r\n\r\n",
            REQUEST + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        }) {
            try (Socket socket = connect()) {
                send(socket, bad);
                assertThat(head(socket)).as(bad).startsWith("HTTP/1.1 400");
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(llm.callCount()).isZero();
        try (Socket socket = connect()) {
            send(socket, "GET /v1/models HTTP/1.1\r\n\r\n");
            assertThat(response(socket)).startsWith("HTTP/1.1 404");
            for (String body : new String[] {"{\"model\":", "[]", "{}", "{\"model\":\"m\",\"messages\":[]}"}) {
                send(socket, REQUEST + "Content-Length: " + body.length() + "\r\n\r\n" + body);
                assertThat(response(socket)).startsWith("HTTP/1.1 400").contains("invalid_request_error");
            }
            send(socket, WHOLE);
            assertThat(response(socket)).startsWith("HTTP/1.1 200");
        }
        assertThat(llm.callCount()).isEqualTo(5);
    }

    @Test
    void shouldSendNothingWhenTheConnectionIsResetAtOnce() throws Exception {
        script = call -> new Behaviour.Reset();
        try (Socket socket = connect()) {
            send(socket, WHOLE);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void shouldSendTheFirstBytesWhenTheConnectionIsResetInTheBody() throws Exception {
        script = call -> new Behaviour.ResetMidBody("Half.", 25);
        try (Socket socket = connect()) {
            send(socket, WHOLE);
            assertThat(length(head(socket))).isGreaterThan(25);
            assertThat(new String(socket.getInputStream().readNBytes(25), StandardCharsets.UTF_8))
                    .isEqualTo("{\"id\":\"chatcmpl-1\",\"objec");
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void shouldRefuseConnectionsWhenItDoesNotListen() throws Exception {
        script =
                call -> call.number() == 1 ? new Behaviour.Answer("Never.", Duration.ofHours(1)) : new Behaviour.Hang();
        String before = llm.baseUrl();
        try (Socket waiting = connect();
                Socket hanging = connect();
                Socket idle = connect()) {
            send(waiting, WHOLE);
            await().atMost(Duration.ofMinutes(1)).until(() -> llm.inFlight() == 1);
            send(hanging, WHOLE);
            await().atMost(Duration.ofMinutes(1)).until(() -> llm.inFlight() == 2);
            llm.stopListening();
            llm.stopListening();
            for (Socket socket : new Socket[] {waiting, hanging, idle}) {
                assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
            }
        }
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> llm.inFlight() == 0);
        assertThat(llm.calls()).allSatisfy(call -> {
            assertThat(call.end().orElseThrow().reason()).isEqualTo(CallEnd.Reason.SERVER_STOPPED);
            assertThat(call.end().orElseThrow().completionTokens()).isZero();
        });

        llm.listen();
        llm.listen();
        assertThat(llm.baseUrl()).isEqualTo(before);
        script = call -> FakeLlm.answer("Back.");
        try (Socket socket = connect()) {
            send(socket, WHOLE);
            assertThat(response(socket)).contains("Back.");
        }
    }

    @Test
    void shouldGiveThePortBackWhenItIsClosed() throws Exception {
        int port = URI.create(llm.baseUrl()).getPort();
        assertThatThrownBy(() -> FakeLlm.start(script, LlmSettings.DEFAULTS.withPort(port)))
                .hasRootCauseInstanceOf(IOException.class);
        llm.stopListening();
        llm.close();
        try (ServerSocket other = new ServerSocket()) {
            other.setReuseAddress(false);
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThat(other.getLocalPort()).isEqualTo(port);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(llm.baseUrl()).getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as("a byte after %s", head).isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }

    private static int length(String head) {
        return Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
    }

    private static String response(Socket socket) throws IOException {
        String head = head(socket);
        return head + new String(socket.getInputStream().readNBytes(length(head)), StandardCharsets.UTF_8);
    }
}
