package dev.touchstone.trainer.learn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.schemas.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a learner knows besides the reward model's own weights and moments: replay reservoir, held-out pairs, counters and
 * windows. Kept with the model in files: {@code learner.json} with the configuration, for people, {@code learner.bin} with the
 * rest, in binary so that a number has one form on every Java, and {@code held-out-seen.bin}.
 *
 * @param config configuration of the model
 * @param replay pairs for replay
 * @param heldOut pairs never trained on
 * @param progress counters and windows
 * @param seen which held-out pairs came before
 */
record LearnerState(
        LearnerConfig config, Reservoir<EncodedPair> replay, HeldOutSet heldOut, Progress progress, SeenPairs seen) {
    static final String CONFIG_FILE = "learner.json";
    private static final String STATE_FILE = "learner.bin";
    private static final String SEEN_FILE = "held-out-seen.bin";
    private static final int SEEN_PAIRS = 16_384;
    private static final int FORMAT = 4;
    private static final long REPLAY_STREAM = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The state of a model that has learnt nothing. */
    LearnerState(LearnerConfig config) {
        this(
                config,
                new Reservoir<>(
                        config.replay().reservoirPairs(),
                        config.replay().maxPasses(),
                        config.seed() ^ REPLAY_STREAM << 32),
                new HeldOutSet(config.heldOutPairs(), config.split().salt()),
                new Progress(config.windowPairs()),
                new SeenPairs(SEEN_PAIRS));
    }

    /** The state that a checkpoint holds; errors as in {@link Learner#restore}. */
    static LearnerState of(Checkpoint checkpoint, LearnerConfig config) throws CheckpointException {
        Map<String, byte[]> files = checkpoint.extra();
        byte[] description = files.get(CONFIG_FILE);
        byte[] content = files.get(STATE_FILE);
        if (description == null || content == null) {
            throw new CheckpointException(
                    Kind.MISSING, checkpoint.folder() + " has no " + CONFIG_FILE + " and " + STATE_FILE + ".");
        }
        LearnerState state = new LearnerState(config);
        try {
            requireSame(JSON.readTree(description).path("settings"), config);
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
            int format = in.readInt();
            if (format != FORMAT) {
                throw new IOException("format " + format + " is not known to this program");
            }
            state.progress.readFrom(in);
            state.replay.readFrom(in, EncodedPair::readFrom);
            state.heldOut.readFrom(in);
            byte[] seen = files.get(SEEN_FILE);
            if (seen != null) { // a model that was begun before there was a gate has none
                state.seen.readFrom(seen);
            }
            return state;
        } catch (IOException e) {
            throw new CheckpointException(
                    Kind.CORRUPT, checkpoint.folder().resolve(STATE_FILE) + ": " + e.getMessage(), e);
        }
    }

    /** The files of this state by name. */
    Map<String, byte[]> files() {
        ObjectNode description = JSON.createObjectNode().put("format", FORMAT);
        ObjectNode settings = description.putObject("settings");
        config.settings().forEach(settings::put);
        description.put("held_out_salt", config.split().salt());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeInt(FORMAT);
            progress.writeTo(out);
            replay.writeTo(out, EncodedPair::writeTo);
            heldOut.writeTo(out);
            out.flush();
            Map<String, byte[]> files = new TreeMap<>();
            files.put(CONFIG_FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(description));
            files.put(STATE_FILE, bytes.toByteArray());
            files.put(SEEN_FILE, seen.toBytes());
            return files;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A map of strings is always JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
    }

    private static void requireSame(JsonNode settings, LearnerConfig config) {
        // A setting that was not known when the model was begun stood at its default.
        Map<String, String> defaults = LearnerConfig.defaults(config.seed()).settings();
        config.settings().forEach((name, value) -> {
            String before = settings.path(name).asText(defaults.getOrDefault(name, ""));
            if (!before.equals(value)) {
                throw new UserError(
                        "The model was begun with " + name + "=" + before + " and is now asked to go on with " + value
                                + ": set it back, or begin a new model with another touchstone.model-id.");
            }
        });
    }
}
