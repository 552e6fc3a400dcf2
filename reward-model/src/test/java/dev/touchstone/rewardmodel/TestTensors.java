package dev.touchstone.rewardmodel;

import dev.touchstone.rewardmodel.checkpoint.SafetensorsFile;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Reads all tensors of a small file. */
final class TestTensors {

    private TestTensors() {}

    static Map<String, float[]> read(Path file) throws Exception {
        Map<String, float[]> tensors = new TreeMap<>();
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            for (String name : opened.tensors().keySet()) {
                long[] shape = opened.tensors().get(name).shape();
                float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
                FloatBuffer target = FloatBuffer.wrap(values);
                opened.read(name, target::put);
                tensors.put(name, values);
            }
        }
        return tensors;
    }
}
