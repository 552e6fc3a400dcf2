/** What happens to pairs and completions: intake, requests, joining of answers, dead letters. */
@NullMarked
package dev.touchstone.critique.topology;

import org.jspecify.annotations.NullMarked;
