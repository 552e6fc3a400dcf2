package dev.touchstone.benchmarks.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** For one thread, which has others run cells. Runs those cells of an experiment that are not there yet. */
final class Runs {
    private final Laboratory laboratory;
    private final Evidence evidence;
    private final Map<Condition, List<Integer>> conditions;

    /** Hears of cells. */
    interface Done {
        /** @param known whether it was there before */
        void is(CellResult result, boolean known);
    }

    Runs(Laboratory laboratory, Evidence evidence, Experiment experiment) {
        this.laboratory = laboratory;
        this.evidence = evidence;
        conditions = experiment.conditions(evidence.grid());
    }

    /** How many steps are to be taken in all, those of cells that are there already included. */
    long steps() {
        long ofRates = rateCells().stream()
                .mapToLong(cell -> laboratory.steps(cell.pairs()))
                .sum();
        return ofRates
                + conditions.values().stream()
                                .flatMap(List::stream)
                                .mapToLong(laboratory::steps)
                                .sum()
                        * evidence.grid().seeds().count();
    }

    /**
     * Runs what is not there yet.
     *
     * @param workers who run cells
     * @param done told of each cell that is there
     */
    void run(Workers workers, Done done) throws IOException, InterruptedException {
        run(rateCells(), workers, done);
        List<Cell> cells = new ArrayList<>();
        for (int seed : evidence.grid().seeds().stream().toArray()) {
            for (Map.Entry<Condition, List<Integer>> condition : conditions.entrySet()) {
                for (int size : condition.getValue()) {
                    cells.add(new Cell(condition.getKey(), size, seed, evidence.rate(condition.getKey())));
                }
            }
        }
        run(cells, workers, done);
    }

    private List<Cell> rateCells() {
        return conditions.keySet().stream().flatMap(evidence::rateCells).toList();
    }

    private void run(List<Cell> cells, Workers workers, Done done) throws IOException, InterruptedException {
        List<Callable<CellResult>> missing = new ArrayList<>();
        for (Cell cell : cells) {
            CellResult known = evidence.results().of(cell).orElse(null);
            if (known == null) {
                missing.add(() -> laboratory.run(cell));
            } else {
                done.is(known, true);
            }
        }
        workers.run(missing, result -> {
            evidence.results().add(result);
            done.is(result, false);
        });
    }
}
