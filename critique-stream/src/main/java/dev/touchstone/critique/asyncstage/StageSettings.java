package dev.touchstone.critique.asyncstage;

import java.time.Duration;

/**
 * Limits of a stage.
 *
 * @param maxPending requests that one task keeps pending before it shuts its input
 * @param maxAttempts attempts that may fail, and count, before a request is given up
 * @param maxAge age of a request from which on even blameless failures end it
 * @param attemptLimit how long an attempt may take before its slot is taken away; well above the call's own time-out
 * @param backoffBase start of the exponential back-off: the first pause lies between 0 and this
 * @param backoffCap longest pause
 * @param tick how often a task with something pending looks for results
 * @param cacheRetention how long an answer is kept for later requests
 * @param cacheMaxEntries how many answers one task keeps
 */
public record StageSettings(
        int maxPending,
        int maxAttempts,
        Duration maxAge,
        Duration attemptLimit,
        Duration backoffBase,
        Duration backoffCap,
        Duration tick,
        Duration cacheRetention,
        long cacheMaxEntries) {}
