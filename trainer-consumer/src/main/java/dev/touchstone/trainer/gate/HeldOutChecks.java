package dev.touchstone.trainer.gate;

import static dev.touchstone.trainer.gate.Check.figure;

import dev.touchstone.trainer.learn.Slices;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What a candidate must not be worse at than the champion, on the same held-out pairs. A fixed bound on few pairs would
 * reject at random, and no bound would let small real losses through; so a loss counts if it is larger than allowed and if
 * chance explains it badly.
 */
final class HeldOutChecks {
    private final GateConfig config;
    private final List<Scored> candidate = new ArrayList<>();
    private final List<Scored> champion = new ArrayList<>();
    private final long broken;

    /** Both scored the same pairs in the same order. */
    HeldOutChecks(GateConfig config, List<Scored> candidate, List<Scored> champion) {
        this.config = config;
        long notFinite = 0;
        for (int i = 0; i < candidate.size(); i++) {
            if (candidate.get(i).finite() && champion.get(i).finite()) {
                this.candidate.add(candidate.get(i));
                this.champion.add(champion.get(i));
            } else if (champion.get(i).finite()) {
                notFinite++;
            }
        }
        this.broken = notFinite;
    }

    List<Check> all() {
        if (broken > 0) {
            return List.of(Check.of(
                    "finite", broken, 0, false, "its rewards are no numbers for " + broken + " held-out pairs."));
        }
        if (candidate.size() < config.minSlicePairs()) {
            return List.of(Check.notJudged("heldOut", candidate.size(), config.minSlicePairs()));
        }
        List<Check> checks = new ArrayList<>();
        checks.add(heldOut());
        slices().forEach((name, members) -> checks.add(slice(name, members)));
        double[] now = margins(candidate);
        double[] before = margins(champion);
        checks.add(calibration(
                "brier",
                "Brier score",
                Statistics.brier(now, everyone()),
                at -> Statistics.brier(now, at) - Statistics.brier(before, at)));
        checks.add(calibration(
                "ece",
                "calibration error",
                Statistics.calibrationError(now, everyone()),
                at -> Statistics.calibrationError(now, at) - Statistics.calibrationError(before, at)));
        checks.add(length());
        return checks;
    }

    /** Fresh pairs may speak for checkpoints before this one; these speak of this one alone. */
    private Check heldOut() {
        double gain = gain(everyone());
        return Check.of(
                "heldOut",
                gain,
                0,
                gain >= 0,
                "on all " + candidate.size() + " held-out pairs at hand it is right " + figure(gain)
                        + " more often than the champion, which must not be negative.");
    }

    private Check slice(String name, List<Integer> members) {
        int[] at = members.stream().mapToInt(Integer::intValue).toArray();
        if (at.length < config.minSlicePairs()) {
            return Check.notJudged("slice." + name, at.length, config.minSlicePairs());
        }
        double loss = -gain(at);
        double chance = SignTest.atLeast(changed(at, -1), changed(at, 1));
        boolean lost = loss > config.maxSliceLoss() && chance <= config.noise();
        return Check.of(
                "slice." + name,
                loss,
                config.maxSliceLoss(),
                !lost,
                "on the slice " + name + " (" + at.length + " pairs) it loses " + figure(loss)
                        + " of accuracy, by chance alone with probability " + figure(chance) + "; allowed are "
                        + figure(config.maxSliceLoss()) + ", or what has a probability of more than "
                        + figure(config.noise()) + ".");
    }

    private Check calibration(String name, String what, double value, ToDoubleFunction<int[]> worsening) {
        double worse = worsening.applyAsDouble(everyone());
        double least = Statistics.lowerBound(candidate.size(), config.noise(), worsening);
        boolean lost = worse > config.maxCalibrationLoss() && least > 0;
        return Check.of(
                name,
                value,
                value - worse + config.maxCalibrationLoss(),
                !lost,
                "its " + what + " is " + figure(value) + ", worse than the champion's by " + figure(worse)
                        + ", at least by " + figure(least) + "; allowed are "
                        + figure(config.maxCalibrationLoss()) + ", or what may be 0.");
    }

    /**
     * A candidate may follow length as far as the labels do or the champion does, and a little more. The labels are counted
     * as a model that gives every better side 1 and every worse side 0.
     */
    private Check length() {
        double[][] lengths = new double[candidate.size()][];
        double[][] labels = new double[candidate.size()][];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = new double[] {
                candidate.get(i).pair().chosenLength(), candidate.get(i).pair().rejectedLength()
            };
            labels[i] = new double[] {1, 0};
        }
        double[][] now = logits(candidate);
        double[][] before = logits(champion);
        ToDoubleFunction<int[]> mine = at -> Math.abs(Statistics.correlation(now, lengths, at));
        ToDoubleFunction<int[]> theirs = at -> Math.abs(Statistics.correlation(before, lengths, at));
        ToDoubleFunction<int[]> given = at -> Math.abs(Statistics.correlation(labels, lengths, at));
        ToDoubleFunction<int[]> rise =
                at -> mine.applyAsDouble(at) - Math.max(theirs.applyAsDouble(at), given.applyAsDouble(at));
        double value = mine.applyAsDouble(everyone());
        double champions = theirs.applyAsDouble(everyone());
        double risen = rise.applyAsDouble(everyone());
        boolean rises =
                risen > config.maxLengthRise() && Statistics.lowerBound(candidate.size(), config.noise(), rise) > 0;
        boolean tooMuch = value > config.maxLengthCorrelation() && champions <= config.maxLengthCorrelation();
        double bound =
                Math.min(value - risen + config.maxLengthRise(), Math.max(config.maxLengthCorrelation(), champions));
        return Check.of(
                "lengthCorrelation",
                value,
                bound,
                !rises && !tooMuch,
                "its rewards correlate with length by " + figure(value) + ", the champion's by " + figure(champions)
                        + ", the labels by " + figure(given.applyAsDouble(everyone())) + "; the larger of these two may"
                        + " be exceeded by " + figure(config.maxLengthRise()) + ", and "
                        + figure(config.maxLengthCorrelation()) + " only by a champion's successor.");
    }

    private SortedMap<String, List<Integer>> slices() {
        SortedMap<String, List<Integer>> slices = new TreeMap<>();
        slices.put(Slices.HARD, new ArrayList<>());
        slices.put(Slices.MATCHED, new ArrayList<>());
        for (int i = 0; i < candidate.size(); i++) {
            for (String name : Slices.of(candidate.get(i).pair())) {
                slices.computeIfAbsent(name, first -> new ArrayList<>()).add(i);
            }
        }
        // Hostile input may name any number of sources; those with too few pairs are many and say nothing.
        slices.entrySet()
                .removeIf(slice -> slice.getKey().startsWith(Slices.SOURCE)
                        && slice.getValue().size() < config.minSlicePairs());
        return slices;
    }

    private double gain(int[] at) {
        double sum = 0;
        for (int i : at) {
            sum += candidate.get(i).right() - champion.get(i).right();
        }
        return at.length == 0 ? 0 : sum / at.length;
    }

    private long changed(int[] at, int sign) {
        long n = 0;
        for (int i : at) {
            n += Math.signum(candidate.get(i).right() - champion.get(i).right()) == sign ? 1 : 0;
        }
        return n;
    }

    private int[] everyone() {
        return Statistics.all(candidate.size());
    }

    private static double[] margins(List<Scored> scored) {
        return scored.stream().mapToDouble(Scored::margin).toArray();
    }

    private static double[][] logits(List<Scored> scored) {
        return scored.stream()
                .map(one -> new double[] {one.chosen(), one.rejected()})
                .toArray(double[][]::new);
    }
}
