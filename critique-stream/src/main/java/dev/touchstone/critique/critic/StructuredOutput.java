package dev.touchstone.critique.critic;

import dev.touchstone.schemas.UserError;
import java.util.Arrays;
import java.util.Locale;

/** How an endpoint is asked to answer in JSON, from the strictest form down to not at all. */
public enum StructuredOutput {
    /** {@code response_format} of type {@code json_schema}. */
    JSON_SCHEMA,
    /** {@code response_format} of type {@code json_object}. */
    JSON_OBJECT,
    /** No {@code response_format}: only the prompt asks for JSON. */
    NONE;

    /** The form by its name in a configuration, such as {@code json_schema}. */
    public static StructuredOutput of(String name) {
        return Arrays.stream(values())
                .filter(form -> form.configName().equals(name.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new UserError("touchstone.critic.structured-output is '" + name
                        + "': set it to json_schema, json_object or none."));
    }

    /** Its name in a configuration. */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The next form down; NONE is the last. */
    StructuredOutput weaker() {
        return this == JSON_SCHEMA ? JSON_OBJECT : NONE;
    }
}
