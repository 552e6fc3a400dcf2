package dev.touchstone.producers.ingest;

import java.util.UUID;

/**
 * Makes a record out of a line.
 *
 * @param <T> the record
 */
interface RecordReader<T> {
    /**
     * A record and what it is known by.
     *
     * @param record the record; its rules have not been checked
     * @param id its id
     * @param contentHash the same for the same content, whenever and from wherever it comes
     */
    record Parsed<T>(T record, UUID id, String contentHash) {}

    /** Reads one line. */
    Parsed<T> read(JsonLine line) throws RejectedException;
}
