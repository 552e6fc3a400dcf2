package dev.touchstone.benchmarks;

import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes our program for the script that measures on a GPU. */
@Command(
        name = "archive",
        mixinStandardHelpOptions = true,
        description =
                "Writes our program as an archive that Python's torch.jit.load reads, and the layout of its vectors: what"
                        + " benchmarks/gpu/step.py needs on a machine with a GPU.")
final class ArchiveCommand implements Callable<Integer> {

    // Shapes that people know: those of SmolLM-135M and of Qwen2.5-0.5B (without its biases).
    private static final Map<String, LlamaConfig> SIZES = Map.of(
            "tiny", llama(64, 2, 4, 2, 128, 512),
            "0.1b", llama(576, 30, 9, 3, 1536, 49_152),
            "0.5b", llama(896, 24, 14, 2, 4864, 151_936));

    @Option(names = "--size", required = true, paramLabel = "SIZE", description = "0.1b, 0.5b, or tiny.")
    private String size = "";

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for model.pt and layout.json.")
    private Path out = Path.of("");

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "BF16",
            description = "Number type of the blocks: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Precision precision = Precision.BF16;

    private static LlamaConfig llama(int dim, int layers, int heads, int keyHeads, int feedForward, int vocabulary) {
        return new LlamaConfig(
                LlamaConfig.Family.LLAMA,
                dim,
                layers,
                heads,
                keyHeads,
                dim / heads,
                feedForward,
                1024,
                vocabulary,
                1e-5,
                false,
                false,
                false,
                false,
                new Rotary.Default(10_000),
                0,
                Collections.nCopies(layers, false),
                1);
    }

    @Override
    public Integer call() {
        LlamaConfig config = SIZES.get(size);
        if (config == null) {
            throw new UserError("There is no size \"" + size + "\": choose 0.1b, 0.5b, or tiny.");
        }
        try {
            new PortableProgram(config, precision).write(out);
        } catch (IOException e) {
            throw new UserError("The archive cannot be written to " + out + ": choose another folder with --out.", e);
        }
        System.out.println("Wrote " + out.resolve(PortableProgram.MODEL) + " and " + out.resolve(PortableProgram.LAYOUT)
                + ": python benchmarks/gpu/step.py " + out + " measures them.");
        return 0;
    }
}
