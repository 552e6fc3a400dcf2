package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.Arm;
import dev.touchstone.benchmarks.experiment.CellResult;
import dev.touchstone.benchmarks.experiment.ResultFile;
import dev.touchstone.benchmarks.experiment.Workers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** For one thread, which has others run cells. The arms on the pairs of a file or of a topic. */
final class OwnExperiment {
    private final OwnLaboratory laboratory;
    private final OwnDesign design;
    private final ResultFile results;
    private final Outcomes outcomes;

    OwnExperiment(OwnLaboratory laboratory, OwnDesign design, ResultFile results, Outcomes outcomes) {
        this.laboratory = laboratory;
        this.design = design;
        this.results = results;
        this.outcomes = outcomes;
    }

    OwnLaboratory laboratory() {
        return laboratory;
    }

    OwnDesign design() {
        return design;
    }

    /** The critiqued arms, the best critic first; none if there is no critic. */
    List<OwnCondition> critiqued() {
        return switch (laboratory.data().critics()) {
            case NONE -> List.of();
            case STORED -> List.of(new OwnCondition(Arm.CRITIQUED, null));
            case REFERENCE ->
                design.errors().stream()
                        .map(error -> new OwnCondition(Arm.CRITIQUED, error))
                        .toList();
        };
    }

    /** All arms that these data allow, with the numbers of pairs that each has; controls have the greatest number alone. */
    Map<OwnCondition, List<Integer>> conditions() {
        List<Integer> sizes = laboratory.sizes();
        List<Integer> most = sizes.subList(sizes.size() - 1, sizes.size());
        Map<OwnCondition, List<Integer>> conditions = new LinkedHashMap<>();
        conditions.put(new OwnCondition(Arm.PLAIN, null), sizes);
        critiqued().forEach(condition -> conditions.put(condition, sizes));
        critiqued().stream().findFirst().ifPresent(best -> {
            conditions.put(best.in(Arm.SHUFFLED), most);
            conditions.put(best.in(Arm.CRITIQUE_ONLY), most);
        });
        conditions.put(new OwnCondition(Arm.FILLER, null), most);
        conditions.put(new OwnCondition(Arm.LEAKED, null), most);
        return conditions;
    }

    /** Whether critics give verdicts that a rule can count. */
    boolean hasVerdicts() {
        return switch (laboratory.data().critics()) {
            case NONE -> false;
            case REFERENCE -> true;
            case STORED ->
                laboratory.data().pairs().stream()
                        .map(pair -> OwnCritic.stored().of(pair, true))
                        .anyMatch(remark -> !remark.verdicts().isEmpty());
        };
    }

    /** For each pair how a rule without a model does, the mean over the seeds; of equal weights if {@code pairs} is 0. */
    double[] rule(OwnCondition condition, int pairs) {
        return Numbers.mean(completeSeeds().stream()
                .map(seed -> laboratory.rule(condition, pairs, seed))
                .toList());
    }

    /** Steps in all, those of cells that are there already included. */
    long steps() {
        return cells().stream()
                .mapToLong(cell -> laboratory.steps(cell.pairs()))
                .sum();
    }

    /**
     * Runs what is not there yet.
     *
     * @param workers who run cells
     * @param done told of each cell that is there, and whether it was there before
     */
    void run(Workers workers, BiConsumer<CellResult, Boolean> done) throws IOException, InterruptedException {
        List<Callable<OwnLaboratory.Ran>> missing = new ArrayList<>();
        for (OwnCell cell : cells()) {
            known(cell)
                    .ifPresentOrElse(known -> done.accept(known, true), () -> missing.add(() -> laboratory.run(cell)));
        }
        workers.run(missing, ran -> {
            outcomes.add(ran.outcome());
            results.add(ran.result());
            done.accept(ran.result(), false);
        });
    }

    /** The seeds of which every cell is there: only these are reported, so that arms are compared on the same ones. */
    List<Integer> completeSeeds() {
        return design.seeds().stream()
                .filter(seed ->
                        cells(seed).stream().allMatch(cell -> known(cell).isPresent()))
                .boxed()
                .toList();
    }

    /** The results of an arm at a number of pairs, by seed. */
    List<CellResult> results(OwnCondition condition, int pairs) {
        return seeds(condition, pairs)
                .map(this::known)
                .flatMap(Optional::stream)
                .toList();
    }

    /** The outcomes of the same. */
    List<Outcomes.Outcome> outcomes(OwnCondition condition, int pairs) {
        return seeds(condition, pairs)
                .map(cell -> outcomes.of(cell.key(laboratory.fingerprint())))
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<CellResult> known(OwnCell cell) {
        String key = cell.key(laboratory.fingerprint());
        return outcomes.of(key).flatMap(outcome -> results.of(key));
    }

    private Stream<OwnCell> seeds(OwnCondition condition, int pairs) {
        return completeSeeds().stream().map(seed -> new OwnCell(condition, pairs, seed));
    }

    private List<OwnCell> cells() {
        return design.seeds().stream()
                .boxed()
                .flatMap(seed -> cells(seed).stream())
                .toList();
    }

    private List<OwnCell> cells(int seed) {
        List<OwnCell> cells = new ArrayList<>();
        conditions()
                .forEach((condition, sizes) -> sizes.forEach(size -> cells.add(new OwnCell(condition, size, seed))));
        return cells;
    }
}
