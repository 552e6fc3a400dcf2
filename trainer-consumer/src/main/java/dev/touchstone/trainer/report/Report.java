package dev.touchstone.trainer.report;

import dev.touchstone.schemas.v1.TrainingMetrics;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;

/**
 * The figures of one checkpoint.
 *
 * @param modelId the model
 * @param step optimiser steps of its lineage
 * @param at when they were taken
 * @param values figures by name, finite
 */
public record Report(String modelId, long step, Instant at, SortedMap<String, Double> values) {
    /** Copies the figures and leaves out those that are not finite. */
    public Report {
        SortedMap<String, Double> copy = new TreeMap<>(values);
        copy.values().removeIf(value -> !Double.isFinite(value));
        values = Collections.unmodifiableSortedMap(copy);
    }

    /** The same figures under the same names as in the record: its numeric fields, and its open map. */
    public static Report of(TrainingMetrics metrics) {
        SortedMap<String, Double> values = new TreeMap<>(metrics.getValues());
        for (Schema.Field field : metrics.getSchema().getFields()) {
            if (metrics.get(field.pos()) instanceof Number value
                    && !field.name().equals("step")) {
                values.put(field.name(), value.doubleValue());
            }
        }
        return new Report(metrics.getModelId(), metrics.getStep(), metrics.getMeasuredAt(), values);
    }
}
