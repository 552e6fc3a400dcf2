package dev.touchstone.trainer.learn;

import dev.touchstone.trainer.learn.Example.Critic;
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
 * @param windowPairs pairs in the window
 * @param loss mean ranking loss of the window
 * @param margin mean of chosen minus rejected logit in the window
 * @param windowAccuracy accuracy in the window, 0 to 1
 * @param windowAccuracyWithCritique the same over the newest pairs shown with their critiques
 * @param windowAccuracyWithoutCritique the same over the newest pairs whose critiques were dropped out
 * @param accuracy accuracy since the model began
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
        int windowPairs,
        @Nullable Double loss,
        @Nullable Double margin,
        @Nullable Double windowAccuracy,
        @Nullable Double windowAccuracyWithCritique,
        @Nullable Double windowAccuracyWithoutCritique,
        @Nullable Double accuracy,
        @Nullable Double gradientNorm,
        @Nullable Critic critic,
        int critics) {}
