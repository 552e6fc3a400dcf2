package dev.touchstone.rewardmodel.checkpoint;

import org.jspecify.annotations.Nullable;

/** A model folder cannot be used or written. The message is one sentence that names the file. */
public final class CheckpointException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Kind {
        /** The folder or one of its files is not there. */
        MISSING,
        /** A file is not what was written: its hash or its form is wrong. */
        CORRUPT,
        /** The files are sound but do not fit together or this program. */
        MISMATCH,
        /** The disk refused to read or write. */
        IO
    }

    private final Kind kind;

    /** With no cause. */
    public CheckpointException(Kind kind, String message) {
        this(kind, message, null);
    }

    /** With a cause. */
    public CheckpointException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }
}
