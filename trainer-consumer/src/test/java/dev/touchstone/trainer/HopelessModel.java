package dev.touchstone.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.learn.ModelStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model whose weights are numbers and whose logits are none: they overflow from the first pass on. */
public final class HopelessModel {
    private static final float NEARLY_TOO_LARGE = 3e38f;

    private HopelessModel() {}

    /** What a learner needs to begin with it; nothing is held out unless {@code heldOutFraction} says so. */
    public static LearnerConfig in(Path folder, double heldOutFraction) throws IOException, CheckpointException {
        LearnerConfig d = LearnerConfig.defaults(11);
        Path made;
        try (Learner learner = Learner.fresh(d)) {
            made = learner.save(folder, "hopeless").folder();
        }
        Files.delete(made.resolve("manifest.json")); // a pretrained model has none, and nobody vouches for its weights
        enlarge(made.resolve("model.safetensors"), "score.weight");
        return new LearnerConfig(
                new ModelStart(made.toString(), 1, 0, 0),
                d.training(),
                heldOutFraction,
                d.heldOutPairs(),
                d.replay(),
                d.labels(),
                d.windowPairs(),
                d.readCritiques());
    }

    /** The format: eight bytes of length, so many of JSON that says where each tensor lies, and the numbers. */
    private static void enlarge(Path file, String tensor) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int head = (int) bytes.getLong(0);
        JsonNode tensors = new ObjectMapper().readTree(new String(bytes.array(), 8, head, StandardCharsets.UTF_8));
        JsonNode range = tensors.path(tensor).path("data_offsets");
        for (int at = range.path(0).asInt(); at < range.path(1).asInt(); at += Float.BYTES) {
            bytes.putFloat(8 + head + at, NEARLY_TOO_LARGE);
        }
        Files.write(file, bytes.array());
    }
}
