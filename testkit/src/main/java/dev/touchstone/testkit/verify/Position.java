package dev.touchstone.testkit.verify;

/**
 * Where a record lies.
 *
 * @param topic its topic
 * @param partition its partition
 * @param offset its offset
 */
record Position(String topic, int partition, long offset) {
    @Override
    public String toString() {
        return topic + "-" + partition + "-" + offset;
    }
}
