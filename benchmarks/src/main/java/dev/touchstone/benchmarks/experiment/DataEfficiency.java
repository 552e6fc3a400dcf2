package dev.touchstone.benchmarks.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** For one thread, which has others run cells. How many plain pairs a critiqued one is worth. */
final class DataEfficiency {
    private final Laboratory laboratory;
    private final ResultFile results;
    private final Design design;

    /**
     * What is run.
     *
     * @param plainSizes numbers of pairs of the plain arm
     * @param critiquedSizes of the critiqued arms
     * @param controlSizes of the controls
     * @param errors of the critics
     * @param seeds number of seeds
     * @param rates learning rates to choose from
     * @param rateSize number of pairs at which each arm's rate is chosen, on validation
     */
    record Design(
            List<Integer> plainSizes,
            List<Integer> critiquedSizes,
            List<Integer> controlSizes,
            List<Double> errors,
            int seeds,
            List<Double> rates,
            int rateSize) {
        /** Minutes on two cores. */
        static Design quick() {
            return new Design(
                    List.of(500, 1_000, 2_000, 4_000, 8_000),
                    List.of(500, 1_000, 2_000, 4_000),
                    List.of(1_000),
                    List.of(0.05, 0.4),
                    2,
                    List.of(2e-3),
                    1_000);
        }

        /** Hours. */
        static Design full() {
            return new Design(
                    List.of(500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000),
                    List.of(500, 1_000, 2_000, 4_000, 8_000, 16_000),
                    List.of(1_000, 4_000),
                    List.of(0.05, 0.2, 0.4),
                    5,
                    List.of(1e-3, 2e-3, 4e-3),
                    4_000);
        }

        /** Seconds; the figures mean nothing. */
        static Design tiny() {
            return new Design(List.of(64, 128), List.of(64), List.of(64), List.of(0.05), 1, List.of(1e-3, 2e-3), 64);
        }

        Map<Condition, List<Integer>> conditions() {
            Map<Condition, List<Integer>> conditions = new LinkedHashMap<>();
            conditions.put(new Condition(Arm.PLAIN, 0), plainSizes);
            errors.forEach(error -> conditions.put(new Condition(Arm.CRITIQUED, error), critiquedSizes));
            double best = errors.get(0);
            for (Arm control : List.of(Arm.SHUFFLED, Arm.FILLER, Arm.CRITIQUE_ONLY, Arm.LEAKED)) {
                conditions.put(new Condition(control, best), controlSizes);
            }
            return conditions;
        }
    }

    /** Hears of cells. */
    interface Done {
        /** @param known whether it was there before */
        void is(CellResult result, boolean known);
    }

    DataEfficiency(Laboratory laboratory, ResultFile results, Design design) {
        this.laboratory = laboratory;
        this.results = results;
        this.design = design;
    }

    /** How many steps are to be taken in all, those of cells that are there already included. */
    long steps() {
        long rates = design.rates().size() == 1
                ? 0
                : (long) laboratory.steps(design.rateSize())
                        * design.rates().size()
                        * design.conditions().size();
        return rates
                + design.conditions().values().stream()
                                .flatMap(List::stream)
                                .mapToLong(laboratory::steps)
                                .sum()
                        * design.seeds();
    }

    /**
     * Runs what is not there yet.
     *
     * @param threads cells at a time
     * @param done told of each cell that is there
     */
    void run(int threads, Done done) throws IOException, InterruptedException {
        if (design.rates().size() > 1) {
            run(design.conditions().keySet().stream().flatMap(this::rateCells).toList(), threads, done);
        }
        List<Cell> cells = new ArrayList<>();
        for (int seed = 1; seed <= design.seeds(); seed++) {
            for (Map.Entry<Condition, List<Integer>> condition :
                    design.conditions().entrySet()) {
                for (int size : condition.getValue()) {
                    cells.add(new Cell(condition.getKey(), size, seed, rate(condition.getKey())));
                }
            }
        }
        run(cells, threads, done);
    }

    /** The results of a condition, one per size and seed; not those that only chose its rate. */
    List<CellResult> of(Condition condition) {
        double rate = rate(condition);
        return results.all().stream()
                .filter(result ->
                        result.label().equals(condition.label()) && result.rate() == rate && result.seed() > 0)
                .toList();
    }

    /** The learning rate that is best on validation; a seed of its own chooses it. */
    double rate(Condition condition) {
        return rateCells(condition)
                .map(results::of)
                .flatMap(Optional::stream)
                .max(Comparator.comparingDouble(CellResult::validation))
                .map(CellResult::rate)
                .orElse(design.rates().get(0));
    }

    private Stream<Cell> rateCells(Condition condition) {
        return design.rates().stream().map(rate -> new Cell(condition, design.rateSize(), 0, rate));
    }

    private void run(List<Cell> cells, int threads, Done done) throws IOException, InterruptedException {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            ExecutorCompletionService<CellResult> running = new ExecutorCompletionService<>(workers);
            int begun = 0;
            for (Cell cell : cells) {
                @Nullable CellResult known = results.of(cell).orElse(null);
                if (known != null) {
                    done.is(known, true);
                } else {
                    Callable<CellResult> work = () -> laboratory.run(cell);
                    running.submit(work);
                    begun++;
                }
            }
            for (int i = 0; i < begun; i++) {
                CellResult result = running.take().get();
                results.add(result);
                done.is(result, false);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("A run failed", e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }
}
