package dev.touchstone.scorer.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.touchstone.schemas.RecordRules;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.SuppliedCritique;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for rewards: {@code {"items":[{"id"?, "prompt", "completion", "critique"?}], "modelVersion"?}}, or the bare list. A prompt is a
 * text, or a list of {@code {"role","content"}}. What it does not know it refuses, so that a misspelt field is not taken for
 * an absent one.
 *
 * @param items in the client's order, may be empty
 * @param modelVersion name of the version that is to score; null if the request does not say
 */
public record RewardsRequest(
        List<RewardItem> items, @Nullable String modelVersion) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private static final Set<String> BODY_FIELDS = Set.of("items", "modelVersion");
    private static final Set<String> ITEM_FIELDS = Set.of("id", "prompt", "completion", "critique");
    private static final Set<String> TURN_FIELDS = Set.of("role", "content");

    /** Copies the list. */
    public RewardsRequest {
        items = List.copyOf(items);
    }

    /**
     * Reads a request.
     *
     * @param maxItems largest number of items
     * @throws ApiException 400 if it is not such a request, 413 if it has too many items
     */
    public static RewardsRequest parse(byte[] body, int maxItems) {
        JsonNode root = json(body);
        JsonNode list = root;
        String modelVersion = null;
        if (root.isObject()) {
            knownFields(root, "The request", BODY_FIELDS);
            list = required(root, "The request", "items");
            modelVersion = optional(root, "The request", "modelVersion");
        }
        if (!list.isArray()) {
            throw invalid("The request is neither a list of items nor an object with a list 'items'.");
        }
        if (list.size() > maxItems) {
            throw new ApiException(
                    413,
                    "too_many_items",
                    "The request has " + list.size() + " items: send at most " + maxItems + " at a time.");
        }
        List<RewardItem> items = new ArrayList<>();
        for (JsonNode item : list) {
            items.add(item(item, "Item " + items.size()));
        }
        return new RewardsRequest(items, modelVersion);
    }

    private static JsonNode json(byte[] body) {
        try {
            JsonNode root = JSON.readTree(body);
            if (root != null && !root.isMissingNode()) {
                return root;
            }
            throw ApiException.badRequest("malformed_json", "The request has no body: send JSON.");
        } catch (JsonProcessingException e) {
            throw ApiException.badRequest(
                    "malformed_json",
                    "The body is not JSON (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ").");
        } catch (IOException e) {
            throw ApiException.badRequest("malformed_json", "The body is not JSON in UTF-8.");
        }
    }

    private static RewardItem item(JsonNode item, String where) {
        if (!item.isObject()) {
            throw invalid(where + " is not an object.");
        }
        knownFields(item, where, ITEM_FIELDS);
        List<Message> prompt = prompt(required(item, where, "prompt"), where);
        String completion = text(required(item, where, "completion"), where, "completion");
        if (completion.isBlank()) {
            throw ApiException.badRequest("empty_completion", where + " has an empty completion: leave the item out.");
        }
        String critique = optional(item, where, "critique");
        if (critique != null && critique.isBlank()) {
            throw invalid(where + " has an empty critique: leave the field out where there is none.");
        }
        return new RewardItem(
                optional(item, where, "id"),
                Candidate.of(
                        prompt,
                        completion,
                        critique == null ? null : new SuppliedCritique(critique, null, null),
                        "The request has no critique for it."));
    }

    private static List<Message> prompt(JsonNode prompt, String where) {
        List<Message> turns = new ArrayList<>();
        if (prompt.isTextual()) {
            turns.add(new Message("user", prompt.textValue()));
        } else if (prompt.isArray()) {
            for (JsonNode turn : prompt) {
                String place = where + ", turn " + turns.size() + " of the prompt,";
                if (!turn.isObject()) {
                    throw invalid(place + " is not an object with role and content.");
                }
                knownFields(turn, place, TURN_FIELDS);
                turns.add(new Message(
                        text(required(turn, place, "role"), place, "role"),
                        text(required(turn, place, "content"), place, "content")));
            }
        } else {
            throw invalid(where + " has a prompt that is neither a text nor a list of turns.");
        }
        RecordRules.problemOfPrompt(turns).ifPresent(problem -> {
            throw invalid(where + ": " + problem);
        });
        return turns;
    }

    private static JsonNode required(JsonNode object, String where, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            throw ApiException.badRequest("missing_field", where + " has no '" + field + "'.");
        }
        return value;
    }

    private static @Nullable String optional(JsonNode object, String where, String field) {
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? null : text(value, where, field);
    }

    private static String text(JsonNode value, String where, String field) {
        if (!value.isTextual()) {
            throw invalid(where + " has a '" + field + "' that is not a text.");
        }
        return value.textValue();
    }

    private static void knownFields(JsonNode object, String where, Set<String> known) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw ApiException.badRequest(
                        "unknown_field", where + " has a field '" + shortened(name) + "' that is not known.");
            }
        }
    }

    private static String shortened(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "...";
    }

    private static ApiException invalid(String message) {
        return ApiException.badRequest("invalid_field", message);
    }
}
