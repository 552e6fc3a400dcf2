package dev.touchstone.rewardmodel;

/**
 * One message of a prompt.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, {@code tool}, or any other name
 * @param content what is said
 */
public record Turn(String role, String content) {}
