package dev.touchstone.critique.critic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The JSON schema of a critic's answer, in the subset that strict endpoints take: every property required, none added. */
final class AnswerSchema {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Length of the schema: endpoints may count it as a part of the prompt. */
    static final int CHARS = responseFormat().toString().length();

    private AnswerSchema() {}

    static ObjectNode responseFormat() {
        ObjectNode format = JSON.createObjectNode().put("type", "json_schema");
        ObjectNode named =
                format.putObject("json_schema").put("name", "critique").put("strict", true);
        ObjectNode answer = object(named.putObject("schema"), "critique", "verdicts");
        answer.putObject("critique").put("type", "string");
        ObjectNode verdicts = answer.putObject("verdicts").put("type", "array");
        ObjectNode verdict = object(verdicts.putObject("items"), "aspect", "verdict");
        verdict.putObject("aspect").put("type", "string");
        verdict.putObject("verdict")
                .put("type", "string")
                .putArray("enum")
                .add("good")
                .add("mixed")
                .add("bad");
        return format;
    }

    /** Makes a node an object with required properties, and returns where these are described. */
    private static ObjectNode object(ObjectNode node, String first, String second) {
        node.put("type", "object").put("additionalProperties", false);
        node.putArray("required").add(first).add(second);
        return node.putObject("properties");
    }
}
