package dev.touchstone.rewardmodel.text;

/**
 * A part of an input behind the special token that opens it.
 *
 * @param opener the special token
 * @param ids the text's tokens
 */
@SuppressWarnings("ArrayRecordComponent")
record Segment(SpecialToken opener, int[] ids) {

    /** Tokens of this segment with its opener. */
    int length() {
        return ids.length + 1;
    }

    int copyTo(int[] target, int at) {
        target[at] = opener.id();
        System.arraycopy(ids, 0, target, at + 1, ids.length);
        return at + length();
    }

    /** This segment with its middle left out, {@code length} tokens long with its opener. */
    Segment keepEnds(int length) {
        if (length >= length()) {
            return this;
        }
        int kept = Math.max(0, length - 2);
        int head = kept - kept / 2;
        int tail = kept / 2;
        int[] rest = new int[head + 1 + tail];
        System.arraycopy(ids, 0, rest, 0, head);
        rest[head] = SpecialToken.CUT.id();
        System.arraycopy(ids, ids.length - tail, rest, head + 1, tail);
        return new Segment(opener, rest);
    }
}
