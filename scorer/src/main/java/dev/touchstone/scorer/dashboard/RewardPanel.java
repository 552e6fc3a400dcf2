package dev.touchstone.scorer.dashboard;

import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedCompletion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Reward;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.Bounded;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Not thread-safe. The newest rewards with their texts, and how their values are spread. */
final class RewardPanel {
    private static final int ROWS = 20;
    private static final int TEXTS = 300;
    private static final int VALUES = 2_000;
    private static final int SHOWN = 800;
    private static final double LOWEST = -3;
    private static final double WIDTH = 0.25;
    private static final int BINS = 24;

    private final Bounded<UUID, Text> texts = new Bounded<>(TEXTS);
    private final Deque<Reward> rewards = new ArrayDeque<>();
    private final Deque<Double> values = new ArrayDeque<>();
    private final Map<RewardStatus, Long> counts = new EnumMap<>(RewardStatus.class);
    private @Nullable View view;

    private record Text(String prompt, String completion) {}

    /**
     * One reward.
     *
     * @param prompt beginning of the last turn; null if the completion was not seen
     * @param completion its beginning; null if it was not seen
     * @param critique beginning of what the model read; null if it read none
     */
    record Row(
            String completionId,
            RewardStatus status,
            @Nullable String reason,
            @Nullable Double logit,
            @Nullable Double value,
            @Nullable Double uncertainty,
            @Nullable String modelVersion,
            Instant scoredAt,
            @Nullable String critic,
            @Nullable String prompt,
            @Nullable String completion,
            @Nullable String critique) {}

    /**
     * How the values of the newest rewards are spread.
     *
     * @param lowest where the first bin begins; it holds what is below, too
     * @param width of each bin
     * @param counts per bin; the last holds what is above, too
     * @param values how many there are in all
     * @param mean their mean; null if there is none
     * @param deviation their standard deviation; null if there is none
     */
    record Histogram(
            double lowest,
            double width,
            List<Integer> counts,
            int values,
            @Nullable Double mean,
            @Nullable Double deviation) {}

    /**
     * What is shown.
     *
     * @param newest newest first
     * @param counts rewards by status since the scorer started
     */
    record View(List<Row> newest, Histogram histogram, Map<RewardStatus, Long> counts) {}

    void add(CritiquedCompletion critiqued) {
        Completion completion = critiqued.getCompletion();
        List<Message> prompt = completion.getPrompt();
        texts.put(
                completion.getCompletionId(),
                new Text(
                        prompt.isEmpty()
                                ? ""
                                : Texts.shortened(prompt.get(prompt.size() - 1).getContent(), SHOWN / 2),
                        Texts.shortened(completion.getCompletion(), SHOWN)));
        view = null;
    }

    /** @param counted whether it came after the start */
    void add(Reward reward, boolean counted) {
        rewards.addFirst(reward);
        if (rewards.size() > ROWS) {
            rewards.removeLast();
        }
        Double value = reward.getValue();
        if (value != null && Double.isFinite(value)) {
            values.addFirst(value);
            if (values.size() > VALUES) {
                values.removeLast();
            }
        }
        if (counted) {
            counts.merge(reward.getStatus(), 1L, Long::sum);
        }
        view = null;
    }

    View view() {
        View shown = view;
        if (shown == null) {
            shown = new View(rewards.stream().map(this::row).toList(), histogram(), Map.copyOf(counts));
            view = shown;
        }
        return shown;
    }

    private Row row(Reward reward) {
        Text text = texts.get(reward.getCompletionId());
        Critique critique = reward.getCritique();
        return new Row(
                reward.getCompletionId().toString(),
                reward.getStatus(),
                reward.getReason(),
                reward.getLogit(),
                reward.getValue(),
                reward.getUncertainty(),
                reward.getModelVersion(),
                reward.getScoredAt(),
                critique == null ? null : critique.getCriticModel(),
                text == null ? null : text.prompt(),
                text == null ? null : text.completion(),
                critique == null ? null : Texts.shortened(critique.getText(), SHOWN));
    }

    private Histogram histogram() {
        int[] bins = new int[BINS];
        double sum = 0;
        for (double value : values) {
            bins[(int) Math.max(0, Math.min(BINS - 1, Math.floor((value - LOWEST) / WIDTH)))]++;
            sum += value;
        }
        double mean = sum / values.size();
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        List<Integer> counted = new ArrayList<>();
        for (int bin : bins) {
            counted.add(bin);
        }
        return new Histogram(
                LOWEST,
                WIDTH,
                List.copyOf(counted),
                values.size(),
                values.isEmpty() ? null : mean,
                values.isEmpty() ? null : Math.sqrt(squares / values.size()));
    }
}
