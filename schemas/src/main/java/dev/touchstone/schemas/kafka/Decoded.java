package dev.touchstone.schemas.kafka;

/**
 * What came of decoding a record's value.
 *
 * @param <T> the class that was expected
 */
public sealed interface Decoded<T> {
    /** @param value the record */
    record Valid<T>(T value) implements Decoded<T> {}

    /** @param reason one sentence that says why the bytes are not a record of the expected kind */
    record Undecodable<T>(String reason) implements Decoded<T> {}
}
