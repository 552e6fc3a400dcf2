package dev.touchstone.trainer.measure;

import org.jspecify.annotations.Nullable;

/**
 * What the drift alarm has seen since the model began.
 *
 * @param alarms how often the prequential error rose
 * @param improvements how often it fell: what a model that learns does
 * @param window pairs over which the error has stood
 * @param error share of wrong predictions over these, 0 to 1; null while there is none
 * @param errorBefore error before the last alarm; null while there was none
 * @param errorAfter error after the last alarm; null while there was none
 * @param pairsSinceAlarm pairs tested since the last alarm; null while there was none
 */
public record DriftFigures(
        long alarms,
        long improvements,
        long window,
        @Nullable Double error,
        @Nullable Double errorBefore,
        @Nullable Double errorAfter,
        @Nullable Long pairsSinceAlarm) {}
