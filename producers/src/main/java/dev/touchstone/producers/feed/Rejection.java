package dev.touchstone.producers.feed;

/**
 * Why a record was not sent.
 *
 * @param reason the kind of fault
 * @param sentence what is wrong, as one sentence without any text of the record
 */
public record Rejection(Reason reason, String sentence) {
    /** Kinds of fault. */
    public enum Reason {
        /** The bytes are not UTF-8, or hold half of a surrogate pair. */
        INVALID_UTF8("invalid UTF-8"),
        /** The line is not one JSON object. */
        NOT_JSON("not a JSON object"),
        /** A field that is needed is absent or null. */
        MISSING_FIELD("missing field"),
        /** A field is not what it should be. */
        WRONG_TYPE("wrong type"),
        /** The record breaks one of the rules of {@link dev.touchstone.schemas.RecordRules}. */
        BROKEN_RULE("broken rule"),
        /** The record is larger than allowed. */
        OVERSIZED("oversized"),
        /** Its id belongs to another record. */
        ID_CONFLICT("id used twice");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /** The kind in words. */
        public String words() {
            return words;
        }
    }

    /** What rejections are counted by: the rule where one is broken, else the kind of fault. */
    public String group() {
        return reason == Reason.BROKEN_RULE ? sentence.replaceFirst("\\.$", "") : reason.words();
    }
}
