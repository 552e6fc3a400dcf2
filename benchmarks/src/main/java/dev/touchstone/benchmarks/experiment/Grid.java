package dev.touchstone.benchmarks.experiment;

import java.util.List;

/**
 * What is run, for all experiments: each takes the cells that it needs, and those that another one has run already are there.
 *
 * @param name of the results' folder
 * @param plainSizes numbers of pairs of the plain arm
 * @param critiquedSizes of the arm with the best critic, as far as the plain one: critiques must not cost accuracy with many pairs
 * @param otherSizes of the arms with worse critics
 * @param controlSizes of the controls, and wherever arms are compared at fixed sizes
 * @param errors of the critics, the best one first
 * @param doses errors for the accuracy over the critic's error
 * @param seeds that each cell is run by
 * @param rates learning rates to choose from
 * @param rateSizes numbers of pairs at which each arm's rate is chosen, on validation, the greatest among them: a rate that suits
 *     few pairs, where a critique is all that is learnt, may be too high for many
 * @param scale sizes of the sets
 */
record Grid(
        String name,
        List<Integer> plainSizes,
        List<Integer> critiquedSizes,
        List<Integer> otherSizes,
        List<Integer> controlSizes,
        List<Double> errors,
        List<Double> doses,
        SeedRange seeds,
        List<Double> rates,
        List<Integer> rateSizes,
        Laboratory.Scale scale) {
    /** Minutes on two cores. */
    static Grid quick() {
        return new Grid(
                "quick",
                List.of(500, 1_000, 2_000, 4_000, 8_000),
                List.of(500, 1_000, 2_000, 4_000, 8_000),
                List.of(500, 1_000, 2_000, 4_000),
                List.of(1_000),
                List.of(0.05, 0.4),
                List.of(0.0, 0.05, 0.2, 0.4, 0.5),
                SeedRange.upTo(2),
                List.of(2e-3),
                List.of(1_000),
                new Laboratory.Scale(500, 1_000, 900));
    }

    /** Hours. */
    static Grid full() {
        return new Grid(
                "full",
                List.of(500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000),
                List.of(500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000),
                List.of(500, 1_000, 2_000, 4_000, 8_000, 16_000),
                List.of(1_000, 4_000),
                List.of(0.05, 0.2, 0.4),
                List.of(0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5),
                SeedRange.upTo(5),
                List.of(1e-3, 2e-3, 4e-3),
                List.of(1_000, 4_000, 16_000, 64_000),
                new Laboratory.Scale(1_000, 3_000, 4_000));
    }

    /** Seconds; the figures mean nothing. */
    static Grid tiny() {
        return new Grid(
                "tiny",
                List.of(64, 128),
                List.of(64),
                List.of(64),
                List.of(64),
                List.of(0.05),
                List.of(0.05, 0.4),
                SeedRange.upTo(1),
                List.of(1e-3, 2e-3),
                List.of(64),
                new Laboratory.Scale(50, 50, 4));
    }

    /** The same by other seeds. */
    Grid withSeeds(SeedRange others) {
        return new Grid(
                name,
                plainSizes,
                critiquedSizes,
                otherSizes,
                controlSizes,
                errors,
                doses,
                others,
                rates,
                rateSizes,
                scale);
    }

    /** Numbers of pairs of the arm with a critic of this error. */
    List<Integer> sizes(double error) {
        return error == best() ? critiquedSizes : otherSizes;
    }

    /** The sizes at which a condition's rate is chosen, of those that it is run at. */
    List<Integer> rateSizes(Condition condition) {
        List<Integer> sizes = condition.arm() == Arm.PLAIN
                ? plainSizes
                : condition.arm() == Arm.CRITIQUED && errors.contains(condition.error())
                        ? sizes(condition.error())
                        : controlSizes;
        return rateSizes.stream().filter(sizes::contains).toList();
    }

    /** The size at which conditions of failure are asked. */
    int judged() {
        return controlSizes.get(controlSizes.size() - 1);
    }

    /** The best critic's error. */
    double best() {
        return errors.get(0);
    }
}
