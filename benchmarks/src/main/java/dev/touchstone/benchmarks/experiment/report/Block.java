package dev.touchstone.benchmarks.experiment.report;

/** A part of a page. */
public sealed interface Block permits IntervalChart, LineChart, MatrixChart, Notice, Prose, Table {
    /** As HTML; everything that came from outside is escaped. */
    String html();
}
