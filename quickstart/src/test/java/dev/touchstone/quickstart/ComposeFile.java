package dev.touchstone.quickstart;

import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Immutable. {@code docker/compose.yaml} as Compose reads it where nothing is set: variables have their defaults. */
final class ComposeFile {
    static final Path HOME = ProjectHome.find().resolve("docker");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?}");
    private static final Pattern ASSIGNMENT = Pattern.compile("(?m)^([A-Z][A-Z0-9_]*)=(.*)$");

    private final Map<String, Object> root;
    private final Map<String, String> variables;

    private ComposeFile(Map<String, Object> root, Map<String, String> variables) {
        this.root = root;
        this.variables = variables;
    }

    static ComposeFile read() throws IOException {
        String text = Files.readString(HOME.resolve("compose.yaml"));
        Map<String, String> variables = new TreeMap<>();
        Matcher variable = VARIABLE.matcher(text.lines()
                .filter(line -> !line.strip().startsWith("#"))
                .reduce("", (all, line) -> all + line + "\n"));
        while (variable.find()) {
            String value = variable.group(2);
            String before = variables.put(variable.group(1), value == null ? "(none)" : value);
            if (before != null && !before.equals(variables.get(variable.group(1)))) {
                throw new IllegalStateException(variable.group(1) + " has two defaults in compose.yaml.");
            }
        }
        Map<String, Object> root = map(new Yaml(new SafeConstructor(new LoaderOptions())).load(defaults(text)));
        return new ComposeFile(root, variables);
    }

    private static String defaults(String text) {
        return VARIABLE.matcher(text)
                .replaceAll(
                        (MatchResult found) -> Matcher.quoteReplacement(found.group(2) == null ? "" : found.group(2)));
    }

    /** Variables that Compose puts in, with their defaults. */
    Map<String, String> variables() {
        return variables;
    }

    /** The assignments of {@code .env.example}. */
    static Map<String, String> example() throws IOException {
        Map<String, String> found = new TreeMap<>();
        Matcher line = ASSIGNMENT.matcher(Files.readString(HOME.resolve(".env.example")));
        while (line.find()) {
            found.put(line.group(1), line.group(2));
        }
        return found;
    }

    boolean has(String member) {
        return root.containsKey(member);
    }

    Map<String, Map<String, Object>> services() {
        Map<String, Map<String, Object>> services = new LinkedHashMap<>();
        map(root.get("services")).forEach((name, service) -> services.put(name, map(service)));
        return services;
    }

    /** Services that run an image of ours. */
    Map<String, Map<String, Object>> ownServices() {
        Map<String, Map<String, Object>> own = services();
        own.values().removeIf(service -> !image(service).startsWith("touchstone/"));
        return own;
    }

    Iterable<String> volumes() {
        return map(root.get("volumes")).keySet();
    }

    static String image(Map<String, Object> service) {
        return String.valueOf(service.get("image"));
    }

    /** A member that is a list of texts; none is an empty list. */
    static List<String> texts(Map<String, Object> service, String member) {
        List<String> texts = new ArrayList<>();
        if (service.get(member) instanceof List<?> list) {
            list.forEach(item -> texts.add(String.valueOf(item)));
        }
        return texts;
    }

    /** A member that is a map; none is an empty one. */
    static Map<String, Object> members(Map<String, Object> service, String member) {
        return service.get(member) == null ? Map.of() : map(service.get(member));
    }

    /** What a volume or a folder of the host is mounted as: its first part. */
    static Stream<String> sources(Map<String, Object> service, UnaryOperator<String> change) {
        return texts(service, "volumes").stream().map(mount -> change.apply(mount.split(":")[0]));
    }

    @SuppressWarnings("unchecked") // keys of YAML's mappings are texts in this file
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }
}
