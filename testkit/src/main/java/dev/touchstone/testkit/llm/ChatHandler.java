package dev.touchstone.testkit.llm;

import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Thread-safe. Takes requests for chat completions, logs them and has the script decide. */
final class ChatHandler implements HttpListener.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(FakeLlm.class);
    private static final String PATH = "/v1/chat/completions";

    private final Function<Call, Behaviour> script;
    private final CallLog log;

    ChatHandler(Function<Call, Behaviour> script, CallLog log) {
        this.script = script;
        this.log = log;
    }

    @Override
    public boolean handle(HttpConnection connection, HttpConnection.Request request) throws IOException {
        if (!request.line().startsWith("POST " + PATH + " ")) {
            Exchange.write(connection, FakeLlm.error(404, "not_found", "This server knows only POST " + PATH + "."));
            return true;
        }
        String authorization = request.headers().getOrDefault("authorization", "");
        try {
            ChatRequest asked = ChatRequest.read(request.body());
            Call call = log.arrived(authorization, asked, request.body());
            return new Exchange(connection, call, log).carryOut(decide(call));
        } catch (ChatRequest.Unreadable e) {
            Call call = log.arrived(authorization, ChatRequest.UNREADABLE, request.body());
            return new Exchange(connection, call, log)
                    .carryOut(FakeLlm.error(400, "invalid_request_error", String.valueOf(e.getMessage())));
        }
    }

    private Behaviour decide(Call call) {
        try {
            return Objects.requireNonNull(script.apply(call), "The script gave no behaviour.");
        } catch (RuntimeException | AssertionError e) {
            LOG.error("The script failed at call {}.", call.number(), e);
            return FakeLlm.error(500, "script_failed", e.toString());
        }
    }
}
