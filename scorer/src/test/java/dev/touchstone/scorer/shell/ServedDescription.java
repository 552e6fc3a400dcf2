package dev.touchstone.scorer.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The OpenAPI description as it is served, and what the resources' own annotations say. */
record ServedDescription(JsonNode root) {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

    /** A body that the description says a path takes. */
    record Example(String path, String body) {}

    static ServedDescription of(String json) throws JsonProcessingException {
        return new ServedDescription(new ObjectMapper().readTree(json));
    }

    /** Method and path of every operation. */
    Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return operations;
    }

    /** The examples of every POST, to paths without other parameters than the model. */
    List<Example> examples() {
        List<Example> examples = new ArrayList<>();
        root.path("paths").properties().forEach(path -> {
            JsonNode body = resolved(path.getValue().path("post").path("requestBody"));
            JsonNode json = body.path("content").path("application/json");
            String address = path.getKey().replace("{model}", "default");
            if (!address.contains("{")) {
                if (json.has("example")) {
                    examples.add(new Example(address, json.path("example").toString()));
                }
                for (JsonNode example : json.path("examples")) {
                    examples.add(new Example(address, example.path("value").toString()));
                }
            }
        });
        return examples;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? root.at(node.path("$ref").asText().substring(1)) : node;
    }

    /** Method and path of every method of the resources whose classes lie in a folder. */
    static Set<String> operationsOf(java.nio.file.Path classes) throws IOException, ClassNotFoundException {
        List<String> names;
        try (Stream<java.nio.file.Path> files = Files.walk(classes.resolve("dev/touchstone/scorer/shell"))) {
            names = files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.endsWith("Resource.class"))
                    .map(name -> name.replace(".class", "").replace('/', '.'))
                    .toList();
        }
        Set<String> operations = new TreeSet<>();
        for (String name : names) {
            Class<?> type = Class.forName(name);
            for (Method method : type.getDeclaredMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (http != null) {
                        operations.add(http.value() + " "
                                + path(type.getAnnotation(Path.class), method.getAnnotation(Path.class)));
                    }
                }
            }
        }
        return operations;
    }

    private static String path(Path ofType, Path ofMethod) {
        String path = ofType.value() + "/" + (ofMethod == null ? "" : ofMethod.value());
        return ("/" + path).replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
    }
}
