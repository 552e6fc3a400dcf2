package dev.touchstone.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.internal.FlatLayout;
import dev.touchstone.rewardmodel.internal.ParameterLayout;
import dev.touchstone.rewardmodel.internal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Our program with all that a caller outside Java must know: it is plain TorchScript, without weights.
 *
 * @param config the network
 * @param precision number type of the blocks
 */
record PortableProgram(LlamaConfig config, Precision precision) {

    static final String MODEL = "model.pt";
    static final String LAYOUT = "layout.json";

    /** Writes the archive, and where each parameter stands in the flat vector. */
    void write(Path folder) throws IOException {
        ParameterLayout layout = ParameterLayout.of(config, null);
        Files.createDirectories(folder);
        Files.write(folder.resolve(MODEL), Program.archive(config, null, layout, precision));
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(folder.resolve(LAYOUT).toFile(), describe(layout.trained()));
    }

    private Map<String, Object> describe(FlatLayout layout) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("precision", precision.name());
        described.put("dim", config.dim());
        described.put("layers", config.layers());
        described.put("heads", config.heads());
        described.put("keyHeads", config.keyValueHeads());
        described.put("feedForward", config.feedForward());
        described.put("vocabulary", config.vocabulary());
        described.put("epsilon", config.normEpsilon());
        described.put("theta", config.rotary().theta());
        described.put("size", layout.size());
        described.put("bodySize", layout.bodySize());
        described.put("decayed", layout.decayed());
        described.put("parameters", layout.parameters());
        return described;
    }
}
