package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.scorer.Bounded;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. What critiques cost, as they themselves say. One that is used again, because the same text came again, was
 * paid for once: it is told by its text and its time and counts as repeated.
 */
final class CriticPanel {
    private static final int REMEMBERED = 20_000;
    private static final int CRITICS = 8;
    private static final String OTHERS = "other";

    private final Bounded<Key, Boolean> seen = new Bounded<>(REMEMBERED);
    private final Map<String, Sums> critics = new TreeMap<>();
    private final Clock clock;
    private @Nullable Instant since;
    private LocalDate today = LocalDate.EPOCH;
    private double costToday;
    private boolean priced;
    private long repeated;
    private @Nullable View view;

    private record Key(int text, int length, Instant at, int sample) {}

    private static final class Sums {
        private long critiques;
        private long promptTokens;
        private long completionTokens;
        private double cost;
    }

    /** What one critic did: critiques, tokens read and written, and money. */
    record Critic(String name, long critiques, long promptTokens, long completionTokens, double cost) {}

    /**
     * What is shown.
     *
     * @param since when the oldest critique that is counted was written; null if there is none
     * @param repeated critiques that were used again
     * @param priced whether any critique told its price
     * @param cost of all that are counted, in the currency that prices are set in
     * @param costToday of those of this UTC day
     */
    record View(
            @Nullable Instant since,
            List<Critic> critics,
            long critiques,
            long repeated,
            boolean priced,
            double cost,
            double costToday) {}

    CriticPanel(Clock clock) {
        this.clock = clock;
    }

    void add(List<Critique> critiques) {
        critiques.forEach(this::add);
    }

    private void add(Critique critique) {
        view = null;
        String text = critique.getText();
        if (seen.put(
                        new Key(text.hashCode(), text.length(), critique.getCreatedAt(), critique.getSample()),
                        Boolean.TRUE)
                != null) {
            repeated++;
            return;
        }
        if (since == null || critique.getCreatedAt().isBefore(since)) {
            since = critique.getCreatedAt();
        }
        String name = critique.getCriticModel();
        Sums sums = critics.computeIfAbsent(
                critics.size() < CRITICS || critics.containsKey(name) ? name : OTHERS, any -> new Sums());
        sums.critiques++;
        sums.promptTokens += critique.getPromptTokens() == null ? 0 : critique.getPromptTokens();
        sums.completionTokens += critique.getCompletionTokens() == null ? 0 : critique.getCompletionTokens();
        Double cost = critique.getCost();
        if (cost != null) {
            priced = true;
            sums.cost += cost;
            turnDay();
            if (day(critique.getCreatedAt()).equals(today)) {
                costToday += cost;
            }
        }
    }

    View view() {
        turnDay();
        View shown = view;
        if (shown == null) {
            List<Critic> all = critics.entrySet().stream()
                    .map(entry -> new Critic(
                            entry.getKey(),
                            entry.getValue().critiques,
                            entry.getValue().promptTokens,
                            entry.getValue().completionTokens,
                            entry.getValue().cost))
                    .toList();
            shown = new View(
                    since,
                    all,
                    all.stream().mapToLong(Critic::critiques).sum(),
                    repeated,
                    priced,
                    all.stream().mapToDouble(Critic::cost).sum(),
                    costToday);
            view = shown;
        }
        return shown;
    }

    private void turnDay() {
        LocalDate now = day(clock.instant());
        if (!now.equals(today)) {
            today = now;
            costToday = 0;
            view = null;
        }
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }
}
