package dev.touchstone.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Immutable. {@code docker/Dockerfile}: its stages and their instructions, those of the stage below included. */
final class Dockerfile {
    private final Map<String, Stage> stages;

    /**
     * A stage.
     *
     * @param from the image or stage that it begins with
     * @param own its instructions, without FROM
     */
    record Stage(String from, List<String> own) {}

    private Dockerfile(Map<String, Stage> stages) {
        this.stages = stages;
    }

    static Dockerfile read() throws IOException {
        Path file = ComposeFile.HOME.resolve("Dockerfile");
        String text = Files.readAllLines(file).stream()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.joining("\n"))
                .replaceAll("\\\\\n\\s*", " ");
        Map<String, Stage> stages = new LinkedHashMap<>();
        Stage current = new Stage("", new ArrayList<>());
        for (String line : text.split("\n")) {
            if (line.startsWith("FROM ")) {
                String[] words = line.split(" ");
                current = new Stage(words[1], new ArrayList<>());
                stages.put(words[3], current);
            } else if (!line.isBlank()) {
                current.own().add(line.strip());
            }
        }
        return new Dockerfile(stages);
    }

    Map<String, Stage> stages() {
        return stages;
    }

    /** Images of others that stages begin with. */
    List<String> bases() {
        return stages.values().stream()
                .map(Stage::from)
                .filter(from -> !stages.containsKey(from))
                .toList();
    }

    /** The instructions of a stage of one kind, those that it inherits first, without their first word. */
    List<String> all(String stage, String instruction) {
        List<String> found = new ArrayList<>();
        Stage at = Objects.requireNonNull(stages.get(stage), stage);
        if (stages.containsKey(at.from())) {
            found.addAll(all(at.from(), instruction));
        }
        at.own().stream()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length() + 1))
                .forEach(found::add);
        return found;
    }

    /** The instruction of a kind that counts, the last. */
    @Nullable
    String last(String stage, String instruction) {
        List<String> all = all(stage, instruction);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    /** What stages copy out of the repository. */
    List<String> copied() {
        List<String> sources = new ArrayList<>();
        stages.values()
                .forEach(stage -> stage.own().stream()
                        .filter(line -> line.startsWith("COPY ") && !line.contains("--from="))
                        .forEach(line -> {
                            List<String> words = List.of(
                                    line.replaceFirst("COPY (--\\S+ )*", "").split(" +"));
                            sources.addAll(words.subList(0, words.size() - 1));
                        }));
        return sources;
    }
}
