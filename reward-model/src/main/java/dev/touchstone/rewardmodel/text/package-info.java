/** From turns, completions and critiques to token ids: the tokenizer, the input format and its budgets. */
@NullMarked
package dev.touchstone.rewardmodel.text;

import org.jspecify.annotations.NullMarked;
