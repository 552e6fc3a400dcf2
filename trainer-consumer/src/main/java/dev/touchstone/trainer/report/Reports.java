package dev.touchstone.trainer.report;

import java.util.List;

/**
 * Not thread-safe. Where reports go. Training does not depend on any of it: no destination throws, or makes its caller wait for
 * another machine.
 */
public final class Reports implements AutoCloseable {
    private final List<Destination> destinations;

    /** @param destinations each gets every report */
    public Reports(List<? extends Destination> destinations) {
        this.destinations = List.copyOf(destinations);
    }

    /** One place that reports go to. */
    public interface Destination extends AutoCloseable {
        /** Takes a report; a failure is logged and no more. */
        void accept(Report report);

        @Override
        void close();
    }

    /** Nowhere. */
    public static Reports none() {
        return new Reports(List.of());
    }

    /** Hands a report on. */
    public void accept(Report report) {
        destinations.forEach(destination -> destination.accept(report));
    }

    @Override
    public void close() {
        destinations.forEach(Destination::close);
    }
}
