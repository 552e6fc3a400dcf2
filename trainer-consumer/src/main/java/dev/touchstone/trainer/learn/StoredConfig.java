package dev.touchstone.trainer.learn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;

/** The configuration that a model was begun with, as it lies in each of the model's checkpoints. */
public final class StoredConfig {
    private static final ObjectMapper JSON = new ObjectMapper();

    private StoredConfig() {}

    /**
     * The configuration of the model that a checkpoint holds. A setting that was not known when the model was begun stands
     * at its default.
     *
     * @param checkpoint opened, hence verified
     * @throws CheckpointException if the checkpoint is not one of a trainer, or has a value that this program cannot read
     */
    public static LearnerConfig of(Checkpoint checkpoint) throws CheckpointException {
        Map<String, byte[]> files = checkpoint.extra();
        byte[] description = files.get(LearnerState.CONFIG_FILE);
        String where = checkpoint.folder().resolve(LearnerState.CONFIG_FILE).toString();
        if (description == null) {
            throw new CheckpointException(Kind.MISSING, "There is no " + where + ".");
        }
        try {
            JsonNode settings = JSON.readTree(description).path("settings");
            return read(LearnerConfig.defaults(settings.path("seed").asLong(1)), settings);
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointException(Kind.CORRUPT, where + ": " + e.getMessage(), e);
        }
    }

    /** The inverse of {@link LearnerConfig#settings}. */
    private static <R extends Record> R read(R defaults, JsonNode settings) {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                Object usual = components[i].getAccessor().invoke(defaults);
                values[i] = usual instanceof Record nested
                        ? read(nested, settings)
                        : value(components[i], usual, settings.path(components[i].getName()));
            }
            @SuppressWarnings("unchecked") // a constructor makes its own class
            R made = (R) defaults.getClass().getDeclaredConstructor(types).newInstance(values);
            return made;
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("it holds no configuration that is possible: " + e.getCause(), e);
        }
    }

    private static Object value(RecordComponent component, Object usual, JsonNode stored) {
        String text = stored.asText();
        if (stored.isMissingNode() || text.equals(String.valueOf(usual))) {
            return usual;
        }
        Class<?> type = component.getType();
        if (type == String.class) {
            return text;
        } else if (type == int.class) {
            return Integer.parseInt(text);
        } else if (type == long.class) {
            return Long.parseLong(text);
        } else if (type == double.class) {
            return Double.parseDouble(text);
        } else if (type == boolean.class) {
            return Boolean.parseBoolean(text);
        }
        for (Object constant : type.isEnum() ? type.getEnumConstants() : new Object[0]) {
            if (constant.toString().equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(component.getName() + "=" + text + " cannot be read back");
    }
}
