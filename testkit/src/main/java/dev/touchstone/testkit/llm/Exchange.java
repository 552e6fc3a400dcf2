package dev.touchstone.testkit.llm;

import dev.touchstone.testkit.llm.CallEnd.Reason;
import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Not thread-safe. Does to one call what the script says, and says in the log how the call ended. */
final class Exchange {
    private static final String JSON_TYPE = "application/json";

    private final HttpConnection connection;
    private final Call call;
    private final CallLog log;

    Exchange(HttpConnection connection, Call call, CallLog log) {
        this.connection = connection;
        this.call = call;
        this.log = log;
    }

    /**
     * Does it, and returns when that is done.
     *
     * @return whether the connection can take another request
     */
    boolean carryOut(Behaviour behaviour) throws IOException {
        try {
            return act(behaviour);
        } finally {
            if (call.end().isEmpty()) {
                end(behaviour, connection.isCut() ? Reason.SERVER_STOPPED : Reason.CLIENT_LEFT);
            }
        }
    }

    /** Writes an answer that belongs to no call. */
    static void write(HttpConnection connection, Behaviour.Status status) throws IOException {
        connection.write(response(status));
    }

    private boolean act(Behaviour behaviour) throws IOException {
        if (behaviour instanceof Behaviour.After after) {
            return connection.waits(after.delay()) && act(after.then());
        } else if (behaviour instanceof Behaviour.Answer answer) {
            return connection.waits(answer.delay()) && whole(answer, ok(Completions.message(call, answer)));
        } else if (behaviour instanceof Behaviour.Slow slow) {
            return drip(slow, Completions.message(call, slow));
        } else if (behaviour instanceof Behaviour.ResetMidBody cut) {
            return begin(cut, Completions.message(call, cut));
        } else if (behaviour instanceof Behaviour.Raw raw) {
            return whole(raw, response(200, Map.of("Content-Type", raw.contentType()), utf8(raw.body())));
        } else if (behaviour instanceof Behaviour.Status status) {
            return whole(status, response(status));
        } else if (behaviour instanceof Behaviour.Hang) {
            connection.waitsForEver();
            return false;
        } else if (behaviour instanceof Behaviour.Reset) {
            end(behaviour, Reason.CARRIED_OUT);
            connection.cut();
            return false;
        }
        return whole(behaviour, ok(Completions.message(call, behaviour)));
    }

    private boolean whole(Behaviour behaviour, byte[] response) throws IOException {
        // The call ends before its last byte goes out: the client's next call must not find this one in flight.
        end(behaviour, Reason.CARRIED_OUT);
        connection.write(response);
        return true;
    }

    private boolean drip(Behaviour.Slow slow, byte[] body) throws IOException {
        connection.write(head(200, Map.of(), body.length));
        for (int from = 0; from < body.length; from += slow.bytesAtATime()) {
            if (!connection.waits(slow.pause())) {
                return false;
            }
            int to = (int) Math.min((long) from + slow.bytesAtATime(), body.length);
            if (to == body.length) {
                end(slow, Reason.CARRIED_OUT);
            }
            connection.write(body, from, to);
        }
        return true;
    }

    private boolean begin(Behaviour.ResetMidBody cut, byte[] body) throws IOException {
        end(cut, Reason.CARRIED_OUT);
        connection.write(head(200, Map.of(), body.length));
        connection.write(body, 0, Math.min(cut.afterBytes(), body.length - 1));
        connection.cut();
        return false;
    }

    private void end(Behaviour behaviour, Reason reason) {
        Behaviour last = behaviour;
        while (last instanceof Behaviour.After after) {
            last = after.then();
        }
        int completionTokens = reason == Reason.SERVER_STOPPED ? 0 : Completions.tokens(last);
        int promptTokens = completionTokens == 0 ? 0 : call.promptTokens();
        log.ended(call, new CallEnd(last.getClass(), reason, log.now(), promptTokens, completionTokens));
    }

    private static byte[] ok(byte[] body) {
        return response(200, Map.of(), body);
    }

    private static byte[] response(Behaviour.Status status) {
        return response(status.status(), status.headers(), utf8(status.body()));
    }

    private static byte[] response(int status, Map<String, String> headers, byte[] body) {
        byte[] head = head(status, headers, body.length);
        byte[] response = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, response, head.length, body.length);
        return response;
    }

    private static byte[] head(int status, Map<String, String> headers, int bodyBytes) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put("Content-Type", JSON_TYPE);
        all.putAll(headers);
        all.put("Content-Length", Integer.toString(bodyBytes));
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" \r\n");
        all.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return utf8(head.append("\r\n").toString());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
