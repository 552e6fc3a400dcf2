package dev.touchstone.critique.asyncstage;

/**
 * What comes out of a stage, once for every {@link Ask}; the record's key is the waiter's id, its timestamp and headers are
 * those of the ask.
 *
 * @param waiter who waited
 * @param outcome how the request ended
 * @param <W> who waited
 * @param <R> what came back
 */
public record Answer<W, R>(W waiter, Outcome<R> outcome) {}
