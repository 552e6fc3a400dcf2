package dev.touchstone.benchmarks;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.internal.FlatLayout;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.Initialisation;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.SpecialToken;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Scoring in planned batches beside padded ones.
 *
 * @param shape network; its tokens are what the padded side fills up to
 * @param count inputs of a request
 * @param compute number type of both sides, and the token budget of a planned batch
 * @param threads native threads
 * @param rounds how often each side runs
 */
record ScoreBench(StepShape shape, int count, Compute compute, int threads, int rounds) {

    private static final String PLANNED = "planned";
    private static final String PADDED = "padded";
    private static final int PADDED_ROWS = 32;
    private static final int SHORTEST = 32;

    Report run() throws IOException {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("machine", Machine.describe(threads));
        List<EncodedInput> inputs = inputs();
        List<EncodedInput> filled = inputs.stream().map(this::filled).toList();
        Compute whole = compute.with(PADDED_ROWS * shape.tokens(), false);
        try (Network planned = network(compute);
                Network padded = network(whole)) {
            Times times = Times.of(
                    "score",
                    List.of(
                            Side.timed(PLANNED, () -> planned.score(inputs)),
                            Side.timed(PADDED, () -> scoreInOrder(padded, filled))),
                    rounds);
            double ratio = Times.rounded(times.ratio(List.of(PADDED), PLANNED));
            context.put("precision", compute.precision().name());
            context.put("inputs", count);
            context.put("batchTokens", compute.batchTokens());
            context.put("rounds", rounds);
            context.put("ratiosAre", "medians over the rounds of the ratio within a round");
            context.put("milliseconds", times.describe());
            context.put("sequencesPerSecond", perSecond(times, PLANNED));
            context.put("sequencesPerSecondPadded", perSecond(times, PADDED));
            context.put("loadAfter", Machine.load());
            return new Report("score", Map.of("vsPadded", ratio), context);
        }
    }

    private double perSecond(Times times, String side) {
        return Math.round(1000 * count / times.median(side));
    }

    private Network network(Compute how) {
        Network network = new Network(shape.model(), null, how, Network.Purpose.SCORING);
        FlatLayout layout = network.layout().trained();
        float[] weights = Initialisation.builtIn(layout, 1);
        for (Parameter parameter : layout.parameters()) {
            int from = Math.toIntExact(parameter.offset());
            network.put(parameter, false, 0, FloatBuffer.wrap(weights, from, Math.toIntExact(parameter.size())));
        }
        return network;
    }

    private List<EncodedInput> inputs() {
        Random random = new Random(5);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    int length = SHORTEST + random.nextInt(shape.tokens() - SHORTEST + 1);
                    return new EncodedInput(
                            random.ints(
                                            length,
                                            SpecialToken.values().length,
                                            shape.model().vocabulary())
                                    .toArray(),
                            false);
                })
                .toList();
    }

    /** Padding as tokens of the input: the reward is another, the work is that of a padded batch. */
    private EncodedInput filled(EncodedInput input) {
        return new EncodedInput(Arrays.copyOf(input.ids(), shape.tokens()), false);
    }

    private static void scoreInOrder(Network network, List<EncodedInput> filled) {
        for (int from = 0; from < filled.size(); from += PADDED_ROWS) {
            network.score(filled.subList(from, Math.min(filled.size(), from + PADDED_ROWS)));
        }
    }
}
