package dev.touchstone.rewardmodel.text.jinja;

/**
 * A piece of a template.
 *
 * @param kind what it is
 * @param text the text of DATA, the name, the decoded string, the digits, or the sign; empty for the marks of a tag
 */
record Token(Kind kind, String text) {

    enum Kind {
        DATA,
        OUTPUT_BEGIN,
        OUTPUT_END,
        TAG_BEGIN,
        TAG_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        SIGN,
        END
    }

    boolean is(Kind wanted, String value) {
        return kind == wanted && text.equals(value);
    }

    @Override
    public String toString() {
        return kind == Kind.END ? "the end of the template" : "'" + text + "'";
    }
}
