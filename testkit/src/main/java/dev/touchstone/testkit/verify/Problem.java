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
    BAD_CRITIQUE,
    /** Along the lineage of a model something of the log, or a micro-batch, was passed over. */
    LEDGER_GAP,
    /** Along the lineage of a model something of the log, or a micro-batch, was taken twice. */
    LEDGER_OVERLAP,
    /** Parent, offsets, steps or numbers of pairs of a manifest are not those of its entries in the ledger. */
    LEDGER_AND_MANIFEST_DIFFER,
    /** The ranges of a micro-batch hold more or fewer records than it trained on, held out and skipped. */
    WRONG_NUMBER_OF_PAIRS,
    /** A parent, an entry of the ledger or a name means a version that has no manifest. */
    MISSING_MANIFEST,
    /** A manifest was published again, and it was more than retired. */
    ALTERED_MANIFEST,
    /** A name means a version whose files may be gone. */
    RETIRED_VERSION_NAMED,
    /** A model began twice. */
    SECOND_ORIGIN,
    /** The offsets that a trainer has committed are behind its newest manifest. */
    WRONG_COMMITTED_OFFSETS,
    /** A reward's numbers do not fit its status, or are not of the version that it names. */
    WRONG_REWARD;

    /** Whether time may mend it: the record may still be under way. */
    public boolean mayStillCome() {
        return this == MISSING_OUTPUT || this == MISSING_DEAD_LETTER;
    }
}
