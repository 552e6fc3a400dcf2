package dev.touchstone.benchmarks;

import dev.touchstone.producers.cli.ProgressDisplay;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The training step beside what others would use.
 *
 * @param shape network and batch of the step
 * @param llama network and texts of the comparison with TRL
 * @param threads native threads of every side
 * @param rounds how often each side runs
 * @param steps steps over which memory is watched
 */
record TrainStepBench(StepShape shape, SmallLlama llama, int threads, int rounds, int steps) {

    private static final String STEP = "step";
    private static final String LINEAR = "linearProducts";
    private static final String ATTENTION = "attentionProducts";
    private static final String ND_ARRAY = "ndArrayOps";
    private static final String EAGER = "eager";
    private static final String TEXTS = "textsToWeights";
    private static final String TRL = "trl";
    private static final String TRL_DEFAULTS = "trlDefaults";

    /** Memory is compared with that after so many steps: by then every shape has been seen. */
    private static final int SETTLED = 200;

    /** Measures everything; the Python sides only where there is a Python. */
    Report run(@Nullable Path python) throws IOException, CheckpointException {
        Map<String, Double> ratios = new LinkedHashMap<>();
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("machine", Machine.describe(threads));
        context.put(
                "parameters", ParameterLayout.of(shape.model(), null).trained().size());
        context.put("sequences", shape.rows());
        context.put("tokens", shape.tokens());
        context.put("rounds", rounds);
        context.put("ratiosAre", "medians over the rounds of the ratio within a round");
        try (Tokenizer tokenizer = Tokenizer.builtIn();
                RewardModelTrainer trainer = RewardModelTrainer.create(
                        shape.model(),
                        StepShape.training(),
                        tokenizer,
                        Compute.cpu().with(Precision.BF16))) {
            // First, while the process holds nothing else.
            context.put("rssMiB", residentMemory(trainer));
            steps(trainer, python, ratios, context);
        }
        if (python != null) {
            texts(python, ratios, context);
        }
        context.put("loadAfter", Machine.load());
        return new Report("train-step", ratios, context);
    }

    private Map<String, Object> residentMemory(RewardModelTrainer trainer) {
        Map<String, Object> resident = new LinkedHashMap<>();
        Random random = new Random(3);
        try (ProgressDisplay progress = Times.progress("steps of varying length", steps)) {
            for (int step = 1; step <= steps; step++) {
                trainer.step(shape.varying(random));
                if (step == Math.min(SETTLED, steps) || step == steps) {
                    resident.put(Integer.toString(step), Machine.residentMiB());
                }
                progress.show(step, "step " + step + " of " + steps + ", " + Machine.residentMiB() + " MiB resident");
            }
        }
        return resident;
    }

    private void steps(
            RewardModelTrainer trainer, @Nullable Path python, Map<String, Double> ratios, Map<String, Object> context)
            throws IOException {
        List<EncodedPair> batch = shape.batch(new Random(4));
        try (NdArrayDecoder ndArrays = new NdArrayDecoder(shape.model(), StepShape.training());
                MatrixProducts products =
                        new MatrixProducts(shape.model(), shape.rows(), shape.tokens(), Precision.BF16);
                PythonSide eager = python == null ? null : PythonSide.start(EAGER, python, "eager_step.py", sizes())) {
            List<Side> sides = new ArrayList<>(List.of(
                    Side.timed(STEP, () -> trainer.step(batch)),
                    Side.timed(LINEAR, products::runLinear),
                    Side.timed(ATTENTION, products::runAttention),
                    Side.timed(ND_ARRAY, () -> ndArrays.step(batch))));
            if (eager != null) {
                sides.add(eager);
                context.put("python", eager.about());
            }
            Times times = Times.of("train-step", sides, rounds);
            ratios.put("vsNdArrayOps", Times.rounded(times.ratio(List.of(ND_ARRAY), STEP)));
            ratios.put("ofMatmulTime", Times.rounded(times.ratio(List.of(LINEAR, ATTENTION), STEP)));
            if (eager != null) {
                ratios.put("vsEager", Times.rounded(times.ratio(List.of(EAGER), STEP)));
            }
            double ms = times.median(STEP);
            context.put("milliseconds", times.describe());
            context.put("linearMs", Times.rounded(times.median(LINEAR)));
            context.put("attentionProductsMs", Times.rounded(times.median(ATTENTION)));
            context.put("tokensPerSecond", (double) Math.round(1000 * shape.rows() * shape.tokens() / ms));
            context.put("gflopOfProducts", Times.rounded(products.flops() / 1e9));
        }
    }

    private List<String> sizes() {
        return List.of(
                "--dim=" + shape.model().dim(),
                "--layers=" + shape.model().layers(),
                "--heads=" + shape.model().heads(),
                "--feed-forward=" + shape.model().feedForward(),
                "--vocabulary=" + shape.model().vocabulary(),
                "--rows=" + shape.rows(),
                "--tokens=" + shape.tokens(),
                "--threads=" + threads);
    }

    private void texts(Path python, Map<String, Double> ratios, Map<String, Object> context)
            throws IOException, CheckpointException {
        Path folder = Files.createTempDirectory("touchstone-llama");
        try {
            llama.write(folder);
            List<String> arguments = List.of("--folder=" + folder, "--pairs=" + llama.pairs(), "--threads=" + threads);
            try (TextSteps ours = new TextSteps(llama, folder, Precision.BF16);
                    PythonSide trl = PythonSide.start(TRL, python, "trl_step.py", arguments);
                    PythonSide recomputing = PythonSide.start(
                            TRL_DEFAULTS,
                            python,
                            "trl_step.py",
                            Stream.concat(arguments.stream(), Stream.of("--checkpointing"))
                                    .toList())) {
                Times times = Times.of("text pairs", List.of(Side.timed(TEXTS, ours::step), trl, recomputing), rounds);
                ratios.put("vsTrl", Times.rounded(times.ratio(List.of(TRL), TEXTS)));
                ratios.put("vsTrlDefaults", Times.rounded(times.ratio(List.of(TRL_DEFAULTS), TEXTS)));
                Map<String, Object> described = times.describe();
                described.put("wordsPerStep", llama.words());
                described.put("trlIs", trl.about());
                context.put("textPairs", described);
            }
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }
}
