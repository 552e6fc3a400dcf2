package dev.touchstone.scorer.http;

import dev.touchstone.scorer.scoring.Candidate;
import org.jspecify.annotations.Nullable;

/**
 * One text of a request.
 *
 * @param id what the client calls it; null if it does not call it anything
 * @param candidate what is to be scored
 */
public record RewardItem(@Nullable String id, Candidate candidate) {}
