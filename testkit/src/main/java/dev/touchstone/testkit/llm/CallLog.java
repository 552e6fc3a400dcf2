package dev.touchstone.testkit.llm;

import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Thread-safe. Every call of a server, and what can be counted of them. */
final class CallLog {
    private static final int MILLION_DIGITS = 6;

    private final LlmSettings settings;
    // Wall-clock time that never steps back: arrivals are in the order of their numbers.
    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();
    private final List<Call> calls = new ArrayList<>();
    private int inFlight;
    private int mostInFlight;

    CallLog(LlmSettings settings) {
        this.settings = settings;
    }

    synchronized Call arrived(String authorization, ChatRequest asked, byte[] body) {
        return arrived(authorization, asked, body, now());
    }

    synchronized Call arrived(String authorization, ChatRequest asked, byte[] body, Instant at) {
        Call call = new Call(calls.size() + 1, at, authorization, asked, body);
        calls.add(call);
        int dropped = calls.size() - 1 - settings.keptBodies();
        if (dropped >= 0) {
            calls.get(dropped).dropBody();
        }
        inFlight++;
        mostInFlight = Math.max(mostInFlight, inFlight);
        return call;
    }

    synchronized void ended(Call call, CallEnd how) {
        call.end(how);
        inFlight--;
    }

    Instant now() {
        return startedAt.plusNanos(System.nanoTime() - startedNanos);
    }

    synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    synchronized int callCount() {
        return calls.size();
    }

    synchronized int inFlight() {
        return inFlight;
    }

    synchronized int finishedCount() {
        return calls.size() - inFlight;
    }

    synchronized int mostInFlight() {
        return mostInFlight;
    }

    long mostPerWindow(Duration window) {
        return mostPerWindow(window, call -> 1);
    }

    long mostTokensPerWindow(Duration window) {
        return mostPerWindow(window, CallLog::tokens);
    }

    Map<String, Integer> callsPerContent() {
        Map<String, Integer> counts = new HashMap<>();
        calls().forEach(call -> counts.merge(call.contentHash(), 1, Integer::sum));
        return counts;
    }

    BigDecimal spentBetween(Instant from, Instant to) {
        long input = 0;
        long output = 0;
        for (Call call : calls()) {
            if (!call.arrivedAt().isBefore(from) && call.arrivedAt().isBefore(to)) {
                input += call.end().map(CallEnd::promptTokens).orElse(0);
                output += call.end().map(CallEnd::completionTokens).orElse(0);
            }
        }
        return settings.inputPrice()
                .multiply(BigDecimal.valueOf(input))
                .add(settings.outputPrice().multiply(BigDecimal.valueOf(output)))
                .movePointLeft(MILLION_DIGITS)
                .stripTrailingZeros();
    }

    private long mostPerWindow(Duration window, ToLongFunction<Call> weight) {
        List<Call> all = calls();
        // Taken once: a call that ends meanwhile must not leave the window heavier than it came in.
        long[] weights = all.stream().mapToLong(weight).toArray();
        long most = 0;
        long inWindow = 0;
        int oldest = 0;
        for (int newest = 0; newest < weights.length; newest++) {
            inWindow += weights[newest];
            Instant begin = all.get(newest).arrivedAt().minus(window);
            while (!all.get(oldest).arrivedAt().isAfter(begin)) {
                inWindow -= weights[oldest++];
            }
            most = Math.max(most, inWindow);
        }
        return most;
    }

    private static long tokens(Call call) {
        return call.end()
                .map(end -> end.promptTokens() + end.completionTokens())
                .orElse(0);
    }
}
