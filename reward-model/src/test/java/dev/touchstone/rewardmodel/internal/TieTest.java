package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.ToyTask;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pairs of which neither side is better. */
class TieTest {

    private static final int[] LEFT = {3, 9, 4, 1};
    private static final int[] RIGHT = {3, 9, 7};

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @Test
    void shouldGiveTheReferencesGradientWhenAPairIsATieWhateverTheSmoothing() {
        LlamaCase model = LlamaCase.all().toList().get(0);
        // A label that is wrong as often as right prefers neither side.
        ReferenceLlama.Batch even =
                new ReferenceLlama.Batch(new int[][] {LEFT}, new int[][] {RIGHT}, new double[1], null, 0.5, 0.05);
        for (double smoothing : new double[] {0, 0.2}) {
            Pass tie = pass(model, LEFT, RIGHT, 0.5f, smoothing);

            assertThat(tie.loss()).isCloseTo(model.reference().loss(even), within(1e-5));
            assertThat(LlamaCase.worst(tie.gradient(), model.reference().gradient(even)))
                    .isLessThan(1e-5);
            assertThat(pass(model, RIGHT, LEFT, 0.5f, smoothing).loss()).isCloseTo(tie.loss(), within(1e-6));
            assertThat(pass(model, LEFT, RIGHT, 1, smoothing).loss()).isNotCloseTo(tie.loss(), within(1e-3));
        }
    }

    @Test
    void shouldPullBothLogitsTogetherWhenTiesAreTrainedOn() {
        TrainingConfig config = TrainingConfig.defaults(1);
        try (RewardModelTrainer trainer = ToyTask.builtIn(1)) {
            List<EncodedPair> pairs = ToyTask.pairs(trainer.format(), 32, 3);
            for (int i = 0; i < 30; i++) {
                trainer.step(pairs);
            }
            double apart = meanGap(trainer, pairs);
            List<EncodedPair> ties = pairs.stream()
                    .map(pair -> new EncodedPair(pair.chosen(), pair.rejected(), 0, true))
                    .toList();
            for (int i = 0; i < 30; i++) {
                trainer.step(ties);
            }
            double together = meanGap(trainer, pairs);
            System.out.printf("seed %d: mean gap %.3f, then as ties %.3f%n", config.seed(), apart, together);

            assertThat(apart).isGreaterThan(1);
            assertThat(together).isLessThan(apart / 4);
        }
    }

    private record Pass(double loss, Map<String, double[]> gradient) {}

    private static Pass pass(LlamaCase model, int[] chosen, int[] rejected, float label, double smoothing) {
        try (Network network = model.network(Compute.cpu(), Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, false);
            Optimiser.MicroBatch batch = new Optimiser.MicroBatch(
                    List.of(new EncodedInput(chosen, false), new EncodedInput(rejected, false)),
                    new float[1],
                    new float[] {label},
                    new float[][] {{1}},
                    new float[] {1});
            float[] values = optimiser
                    .accumulate(batch, new Optimiser.Loss(smoothing, 0.05, 1))
                    .read();
            return new Pass(values[2], LlamaCase.named(network, optimiser.gradient()));
        }
    }

    private static double meanGap(RewardModelTrainer trainer, List<EncodedPair> pairs) {
        double[] chosen = trainer.score(pairs.stream().map(EncodedPair::chosen).toList());
        double[] rejected =
                trainer.score(pairs.stream().map(EncodedPair::rejected).toList());
        double sum = 0;
        for (int i = 0; i < chosen.length; i++) {
            sum += Math.abs(chosen[i] - rejected[i]);
        }
        return sum / chosen.length;
    }
}
