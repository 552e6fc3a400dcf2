package dev.touchstone.testkit.llm;

import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.util.Set;
import java.util.function.Function;

/**
 * Thread-safe. A script that answers 400 to calls for structured output in a form that the endpoint does not have.
 *
 * @param types types of {@code response_format}, such as {@code json_schema} and {@code json_object}
 * @param script what is done to the other calls
 */
public record RefusedFormats(Set<String> types, Function<Call, Behaviour> script) implements Function<Call, Behaviour> {
    /** Keeps a copy of the types. */
    public RefusedFormats {
        types = Set.copyOf(types);
    }

    @Override
    public Behaviour apply(Call call) {
        String type = call.request().path("response_format").path("type").asText();
        return types.contains(type)
                ? FakeLlm.error(
                        400,
                        "invalid_request_error",
                        "Invalid parameter: 'response_format' of type '" + type + "' is not supported.")
                : script.apply(call);
    }
}
