package dev.touchstone.critique.asyncstage;

/**
 * One attempt at a request. The number is the fencing token: it grows with every attempt that was begun anew, and a result of
 * an older attempt changes nothing.
 *
 * @param number from 1
 * @param repair whether the attempt before this one got an answer that could not be read
 */
public record Attempt(int number, boolean repair) {}
