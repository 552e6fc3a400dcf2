package dev.touchstone.trainer.learn;

import dev.touchstone.trainer.learn.Example.Critic;
import dev.touchstone.trainer.measure.PairFigures;
import dev.touchstone.trainer.measure.PrequentialFigures;
import dev.touchstone.trainer.measure.PrequentialFigures.Span;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How training goes. Prequential: each pair is scored before it is learnt from. Figures that are null have no pair behind
 * them yet.
 *
 * @param batch micro-batches of the lineage
 * @param steps optimiser steps of the lineage
 * @param skippedSteps steps left out because loss or gradient was not finite
 * @param trained pairs trained on
 * @param heldOut pairs kept aside
 * @param skipped records that were neither
 * @param tokens tokens of the trained pairs, both sides
 * @param prequential figures of the pairs as they were before they were learnt from
 * @param gradientNorm mean gradient norm before clipping, over the newest steps on fresh pairs
 * @param critic the critic that most pairs were critiqued by; null if no pair had critiques
 * @param critics how many critics there were
 */
public record Figures(
        long batch,
        long steps,
        long skippedSteps,
        long trained,
        long heldOut,
        long skipped,
        long tokens,
        PrequentialFigures prequential,
        @Nullable Double gradientNorm,
        @Nullable Critic critic,
        int critics) {
    /** Pairs in the window. */
    public int windowPairs() {
        PairFigures window = prequential.window().all();
        return window == null ? 0 : (int) window.pairs();
    }

    /** Mean ranking loss of the window. */
    public @Nullable Double loss() {
        return of(prequential.window(), PairFigures::logLoss);
    }

    /** Mean of chosen minus rejected logit in the window. */
    public @Nullable Double margin() {
        return of(prequential.window(), PairFigures::margin);
    }

    /** Accuracy in the window, 0 to 1. */
    public @Nullable Double windowAccuracy() {
        return of(prequential.window(), PairFigures::accuracy);
    }

    /** Accuracy since the model began, 0 to 1. */
    public @Nullable Double accuracy() {
        return of(prequential.total(), PairFigures::accuracy);
    }

    private static @Nullable Double of(Span span, Function<PairFigures, Double> figure) {
        PairFigures all = span.all();
        return all == null ? null : figure.apply(all);
    }
}
