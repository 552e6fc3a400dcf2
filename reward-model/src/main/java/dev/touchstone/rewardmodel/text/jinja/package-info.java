/** Renders Jinja templates of the dialect that Hugging Face chat templates are written in, as jinja2 does to the letter. */
@NullMarked
package dev.touchstone.rewardmodel.text.jinja;

import org.jspecify.annotations.NullMarked;
