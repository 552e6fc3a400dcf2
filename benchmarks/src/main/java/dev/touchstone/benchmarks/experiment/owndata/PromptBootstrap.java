package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Interval;
import dev.touchstone.benchmarks.experiment.Seeds;
import dev.touchstone.rewardmodel.Turn;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * Immutable. Intervals by drawing prompts again, with all their pairs, the same draws for all arms (paired bootstrap; Efron and
 * Tibshirani, 1993). Draws are always the same.
 */
final class PromptBootstrap {
    private static final int DRAWS = 1_000;
    private static final int SEED = 600;

    private final int[] once;
    private final int[][] draws;

    PromptBootstrap(OwnData data) {
        Map<List<Turn>, Integer> prompts = new LinkedHashMap<>();
        data.prompts().forEach(prompt -> prompts.put(prompt, prompts.size()));
        int[] promptOf = data.pairs().stream()
                .mapToInt(pair -> prompts.getOrDefault(pair.prompt(), 0))
                .toArray();
        once = new int[promptOf.length];
        Arrays.fill(once, 1);
        draws = new int[DRAWS][promptOf.length];
        Random random = Seeds.random(SEED);
        for (int[] draw : draws) {
            int[] drawn = new int[prompts.size()];
            for (int i = 0; i < drawn.length; i++) {
                drawn[random.nextInt(drawn.length)]++;
            }
            Arrays.setAll(draw, pair -> drawn[promptOf[pair]]);
        }
    }

    /** @param figure of the data in which each pair stands so often; it may be NaN for all or for none */
    Interval of(ToDoubleFunction<int[]> figure) {
        return Interval.of(
                figure.applyAsDouble(once),
                Arrays.stream(draws).mapToDouble(figure).toArray());
    }

    /** Of the mean of a value per pair. */
    Interval mean(double[] values) {
        return of(times -> mean(values, times));
    }

    /** Of the difference of two means. */
    Interval difference(double[] values, double[] others) {
        return of(times -> mean(values, times) - mean(others, times));
    }

    static double mean(double[] values, int[] times) {
        double sum = 0;
        long number = 0;
        for (int i = 0; i < values.length; i++) {
            sum += times[i] * values[i];
            number += times[i];
        }
        return sum / number;
    }
}
