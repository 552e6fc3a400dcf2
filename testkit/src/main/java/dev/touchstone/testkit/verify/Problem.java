package dev.touchstone.testkit.verify;

/** What can be wrong with what the topics hold. */
public enum Problem {
    /** A record came in, and neither it nor a dead letter came out. */
    MISSING_OUTPUT,
    /** A record cannot be read or breaks a rule, and there is no dead letter of its position. */
    MISSING_DEAD_LETTER,
    /** More than one output of one id. */
    DOUBLE_OUTPUT,
    /** More than one dead letter of one position. */
    DOUBLE_DEAD_LETTER,
    /** An output of which no valid record came in. */
    EXTRA_OUTPUT,
    /** A dead letter of a position that holds no record. */
    EXTRA_DEAD_LETTER,
    /** One record came out and is a dead letter as well. */
    OUTPUT_AND_DEAD_LETTER,
    /** What came out is not what came in under its id. */
    ALTERED_OUTPUT,
    /** Key or value of a dead letter are not the bytes of the record it is from. */
    ALTERED_DEAD_LETTER,
    /** A dead letter lacks headers of the record it is from, or has others. */
    ALTERED_HEADERS,
    /** An output whose bytes are not a record of the topic. */
    UNREADABLE_OUTPUT,
    /** The key of an output is not its id. */
    WRONG_KEY,
    /** A dead letter's reason does not hold for the record it is from. */
    WRONG_REASON,
    /** A dead letter does not say where it is from, why it is dead or how often it was tried. */
    MALFORMED_DEAD_LETTER,
    /** An output's critiques do not fit its status, lack something, or have the same sample number. */
    BAD_CRITIQUE;

    /** Whether time may mend it: the record may still be under way. */
    public boolean mayStillCome() {
        return this == MISSING_OUTPUT || this == MISSING_DEAD_LETTER;
    }
}
