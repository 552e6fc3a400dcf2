package dev.touchstone.benchmarks.experiment;

import java.util.List;

/**
 * A completion of a {@link LookupTask}, with what is true of it.
 *
 * @param correct whether it names the value of the prompt's key
 * @param inForm whether it has the form that the prompt asks for
 * @param polite whether it is polite
 * @param value number of the value that it names
 * @param form number of its form
 * @param body numbers of its body's words
 */
record Completion(boolean correct, boolean inForm, boolean polite, int value, int form, List<Integer> body) {
    /** Copies the list. */
    Completion {
        body = List.copyOf(body);
    }
}
