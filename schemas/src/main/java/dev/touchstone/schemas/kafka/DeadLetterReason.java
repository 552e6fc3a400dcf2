package dev.touchstone.schemas.kafka;

/** Why a record became a dead letter. */
public enum DeadLetterReason {
    /** The bytes are not a record of the topic's schema. */
    UNDECODABLE,
    /** The record breaks a rule, such as equal sides or an empty completion. */
    INVALID,
    /** The record, or what would come of it, is larger than allowed. */
    OVERSIZED,
    /** The id was seen before with other content. */
    ID_CONFLICT,
    /** The critic refused a side of the pair for good. */
    CRITIC_REFUSED,
    /** Every attempt to get a critique for a side of the pair failed. */
    CRITIC_EXHAUSTED,
    /** The critic's answer for a side of the pair had no critique in it. */
    CRITIC_UNPARSABLE
}
