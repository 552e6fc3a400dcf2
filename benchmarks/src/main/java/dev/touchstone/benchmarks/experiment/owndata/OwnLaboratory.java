package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Arm;
import dev.touchstone.benchmarks.experiment.BestCheckpoint;
import dev.touchstone.benchmarks.experiment.CellResult;
import dev.touchstone.benchmarks.experiment.Encoded;
import dev.touchstone.benchmarks.experiment.Seeds;
import dev.touchstone.benchmarks.experiment.Wins;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.text.BpeTrainer;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Thread-safe. Runs cells and rules; the folds of a seed are the same for all arms. */
final class OwnLaboratory {
    static final String TEST = "id";
    private static final String TRAIN = "train";
    private static final int TRAIN_TESTED = 150;
    private static final int LAYERS = 2;
    private static final int HEADS = 4;

    private final OwnData data;
    private final OwnDesign design;
    private final Map<OwnPair, Integer> places = new IdentityHashMap<>();
    private final Map<Integer, List<Split>> splits = new HashMap<>();
    private final Map<String, byte[]> tokenizers = new ConcurrentHashMap<>();

    /** A cell's figures, and those of its pairs. */
    record Ran(CellResult result, Outcomes.Outcome outcome) {}

    OwnLaboratory(OwnData data, OwnDesign design) {
        this.data = data;
        this.design = design;
        data.pairs().forEach(pair -> places.put(pair, places.size()));
        for (int seed : design.seeds().stream().toArray()) {
            splits.put(seed, Split.of(data, design.folds(), seed));
        }
    }

    OwnData data() {
        return data;
    }

    /** Tells data, designs and what made-up critics say apart. */
    String fingerprint() {
        return String.format(
                Locale.ROOT,
                "%08x",
                31 * (31 * data.pairs().hashCode() + design.hashCode())
                        + Phrases.all().hashCode());
    }

    /** The pairs that the smallest training part has, and halves of that, ascending. */
    List<Integer> sizes() {
        int size = most();
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i <= design.halvings() && size > 0; i++, size /= 2) {
            sizes.add(0, size);
        }
        return sizes;
    }

    private int most() {
        return splits.values().stream()
                .flatMap(List::stream)
                .mapToInt(split -> split.training().size())
                .min()
                .orElse(0);
    }

    /** Steps of all models of a cell. */
    int steps(int pairs) {
        return design.steps(pairs, most()) * design.folds() * design.rates().size();
    }

    /** For each pair, whether a rule without a model orders it as labelled. {@code pairs} are those it is fitted to; 0: equal weights. */
    double[] rule(OwnCondition condition, int pairs, int seed) {
        OwnCritic critic = critic(condition, seed);
        if (critic == null) {
            throw new IllegalStateException("A rule needs a critic.");
        }
        double[] right = new double[data.pairs().size()];
        for (Split split : splits(seed)) {
            List<OwnPair> training = split.training();
            VerdictWeights rule = pairs == 0
                    ? VerdictWeights.equal(training, critic)
                    : VerdictWeights.fitted(training.subList(0, pairs), critic);
            split.test().forEach(pair -> right[place(pair)] = rule.right(pair, critic));
        }
        return right;
    }

    /** For each pair, whether its chosen side is the longer one. */
    double[] longer() {
        return data.pairs().stream()
                .mapToDouble(pair -> 0.5
                        + 0.5
                                * Integer.signum(
                                        pair.chosen().length() - pair.rejected().length()))
                .toArray();
    }

    /** Trains and tests the cell's models, one fold after the other. For any thread; the native library runs one thread for each. */
    Ran run(OwnCell cell) throws IOException, CheckpointException {
        long begin = System.nanoTime();
        Map<String, double[]> right = new LinkedHashMap<>();
        Map<String, double[]> means = new HashMap<>();
        double validation = 0;
        double rates = 0;
        double cut = 0;
        long step = 0;
        List<Split> folds = splits(cell.seed());
        for (int fold = 0; fold < folds.size(); fold++) {
            @Nullable Fold best = null;
            for (double rate : design.rates()) {
                Fold now = run(cell, fold, rate);
                best = best == null || now.best().validation() > best.best().validation() ? now : best;
            }
            if (best == null) {
                throw new IllegalStateException("A design needs a learning rate.");
            }
            for (Map.Entry<String, double[]> test : best.best().figures().entrySet()) {
                String name = test.getKey();
                if (name.equals(TRAIN)) {
                    means.computeIfAbsent(name, same -> new double[folds.size()])[fold] = Numbers.mean(test.getValue());
                    continue;
                }
                double[] all = right.computeIfAbsent(name, same -> new double[places.size()]);
                List<OwnPair> tested = folds.get(fold).test();
                for (int i = 0; i < tested.size(); i++) {
                    all[place(tested.get(i))] = test.getValue()[i];
                }
            }
            validation += best.best().validation() / folds.size();
            rates += best.rate() / folds.size();
            cut += best.cut() / folds.size();
            step += best.best().step();
        }
        Map<String, Double> accuracies = new LinkedHashMap<>();
        right.forEach((name, values) -> accuracies.put(name, Numbers.mean(values)));
        means.forEach((name, values) -> accuracies.put(name, Numbers.mean(values)));
        String key = cell.key(fingerprint());
        CellResult result = new CellResult(
                key,
                cell.condition().label(),
                cell.pairs(),
                cell.seed(),
                rates,
                steps(cell.pairs()),
                step / folds.size(),
                validation,
                accuracies,
                (System.nanoTime() - begin) / 1e9);
        return new Ran(result, new Outcomes.Outcome(key, right, cut));
    }

    private record Fold(double rate, double cut, BestCheckpoint<double[]> best) {}

    private Fold run(OwnCell cell, int number, double rate) throws IOException, CheckpointException {
        Split split = splits(cell.seed()).get(number);
        OwnCondition condition = cell.condition();
        @Nullable OwnCritic critic = critic(condition, cell.seed());
        int steps = design.steps(cell.pairs(), most());
        TrainingConfig training = TrainingConfig.defaults(cell.seed()).withLearningRate(rate);
        try (Tokenizer tokenizer = Tokenizer.of(tokenizer(cell.seed(), number));
                RewardModelTrainer trainer = RewardModelTrainer.create(
                        new BuiltInConfig(
                                design.width(),
                                LAYERS,
                                HEADS,
                                3 * design.width(),
                                design.maxTokens(),
                                tokenizer.vocabulary()),
                        training,
                        tokenizer,
                        Compute.cpu())) {
            Encoder encoder = new Encoder(trainer.format(), cell.seed());
            Encoded seen = encoder.encode(condition, split.training().subList(0, cell.pairs()), critic);
            Map<String, Encoded> tests = new LinkedHashMap<>();
            tests.put(TEST, encoder.encode(condition, split.test(), critic));
            double cut = encoder.cut();
            if (condition.arm() == Arm.CRITIQUED) {
                tests.put("absent", encoder.encode(condition.in(Arm.PLAIN), split.test(), critic));
                tests.put("swapped", encoder.encode(condition.in(Arm.SWAPPED), split.test(), critic));
                for (Double error : otherErrors(condition)) {
                    tests.put(
                            CellResult.drift(error),
                            encoder.encode(condition, split.test(), new ReferenceCritic(error, cell.seed())));
                }
            }
            tests.put(TRAIN, seen.first(TRAIN_TESTED));
            BestCheckpoint<double[]> best = BestCheckpoint.of(
                    trainer,
                    Compute.cpu(),
                    new BestCheckpoint.Schedule(design.batch(), steps, Math.max(1, steps / 8)),
                    seen,
                    encoder.encode(condition, split.validation(), critic),
                    tests,
                    Wins::each,
                    Seeds.random(cell.seed(), number));
            return new Fold(rate, cut, best);
        }
    }

    /** Errors of the critics that a model meets at the test and did not in training; none where critiques came with the pairs. */
    private List<Double> otherErrors(OwnCondition condition) {
        return data.critics() == OwnData.Critics.REFERENCE
                ? design.errors().stream()
                        .filter(error -> !error.equals(condition.error()))
                        .toList()
                : List.of();
    }

    private @Nullable OwnCritic critic(OwnCondition condition, int seed) {
        return switch (data.critics()) {
            case NONE -> null;
            case STORED -> OwnCritic.stored();
            // Arms that have no critic of their own are compared with the best one.
            case REFERENCE ->
                new ReferenceCritic(
                        condition.error() == null ? Collections.min(design.errors()) : condition.error(), seed);
        };
    }

    /** It knows no test: its words come from the training part alone, and from what critics that are made here can say. */
    private byte[] tokenizer(int seed, int fold) {
        return tokenizers.computeIfAbsent(seed + "/" + fold, key -> {
            List<String> corpus = new ArrayList<>(Phrases.all());
            for (OwnPair pair : splits(seed).get(fold).training()) {
                pair.prompt().forEach(turn -> corpus.add(turn.content()));
                corpus.addAll(Arrays.asList(pair.chosen(), pair.rejected()));
                if (pair.critiques() != null) {
                    corpus.add(pair.critiques().chosen().text());
                    corpus.add(pair.critiques().rejected().text());
                }
            }
            return BpeTrainer.train(corpus, design.vocabulary());
        });
    }

    private List<Split> splits(int seed) {
        return splits.getOrDefault(seed, List.of());
    }

    private int place(OwnPair pair) {
        return places.getOrDefault(pair, -1);
    }
}
