package dev.touchstone.trainer.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Not thread-safe. Says when the model has become worse at pairs it has not seen: {@link Adwin} on the error of each, looked at
 * every {@value #CHECK_EVERY} pairs with delta {@value #DELTA}, the defaults of River. An error that rises is an alarm; one that
 * falls is counted as an improvement and alarms nobody, because that is what learning looks like.
 */
final class DriftAlarm {
    static final double DELTA = 0.002;
    static final int CHECK_EVERY = 32;

    private final Adwin errors = new Adwin(DELTA);
    private long pairs;
    private long alarms;
    private long improvements;
    private long alarmedAt;
    private Adwin.Change last = new Adwin.Change(0, 0);

    /** @param correct 1, 0, or one half at a draw */
    void add(double correct) {
        errors.add(1 - correct);
        pairs++;
        if (pairs % CHECK_EVERY == 0) {
            errors.check().ifPresent(this::changed);
        }
    }

    private void changed(Adwin.Change change) {
        if (change.after() > change.before()) {
            alarms++;
            alarmedAt = pairs;
            last = change;
        } else {
            improvements++;
        }
    }

    DriftFigures figures() {
        @Nullable Double error = errors.size() == 0 ? null : errors.mean();
        return alarms == 0
                ? new DriftFigures(0, improvements, errors.size(), error, null, null, null)
                : new DriftFigures(
                        alarms, improvements, errors.size(), error, last.before(), last.after(), pairs - alarmedAt);
    }

    void writeTo(DataOutput out) throws IOException {
        for (long counter : new long[] {pairs, alarms, improvements, alarmedAt}) {
            out.writeLong(counter);
        }
        out.writeDouble(last.before());
        out.writeDouble(last.after());
        errors.writeTo(out);
    }

    void readFrom(DataInput in) throws IOException {
        pairs = in.readLong();
        alarms = in.readLong();
        improvements = in.readLong();
        alarmedAt = in.readLong();
        last = new Adwin.Change(in.readDouble(), in.readDouble());
        errors.readFrom(in);
    }
}
