package dev.touchstone.quickstart.docs;

import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The text of {@code docs/configuration.md}: what each service can be told, from the code that reads it. */
public final class ConfigurationPage {
    /** The services' modules, by what the documents call the services. */
    public static final Map<String, String> MODULES = new TreeMap<>(
            Map.of("critique-stream", "critique-stream", "trainer", "trainer-consumer", "scorer", "scorer"));

    /** What a service or a library below it reads beside its own settings; the code or the document that says so stands with it. */
    private static final List<Setting> OTHERS = List.of(
            new Setting(
                    "KAFKA_PROPERTIES_FILE",
                    "none",
                    "A file of Kafka's properties ([security.md](security.md#kafka))."),
            new Setting(
                    "MLFLOW_TRACKING_TOKEN",
                    "none",
                    "Trainer: bearer token for the MLflow server of `touchstone.mlflow-uri`."),
            new Setting(
                    "AWS_ACCESS_KEY_ID",
                    "none",
                    "Trainer, scorer: key of the checkpoint store ([checkpoint-store](../checkpoint-store/README.md))."),
            new Setting("AWS_SECRET_ACCESS_KEY", "none", "Trainer, scorer: its secret."),
            new Setting("AWS_REGION", "none", "Trainer, scorer: its region, where `touchstone.s3-region` is not set."),
            new Setting(
                    "DJL_CACHE_DIR",
                    "~/.djl.ai",
                    "Trainer, scorer: folder that native libraries are unpacked into ([gpu.md](gpu.md))."),
            new Setting(
                    "PYTORCH_LIBRARY_PATH",
                    "none",
                    "Trainer, scorer: folder of a libtorch of your own ([gpu.md](gpu.md))."),
            new Setting("PYTORCH_VERSION", "none", "Trainer, scorer: its version."),
            new Setting("PYTORCH_FLAVOR", "none", "Trainer, scorer: its build, such as cu128."),
            new Setting(
                    "OMP_NUM_THREADS",
                    "all cores",
                    "Trainer, scorer: threads of the native library outside a computation."),
            new Setting(
                    "JAVA_TOOL_OPTIONS", "none", "Every service: flags of the JVM, such as -XX:MaxRAMPercentage=60."));

    private ConfigurationPage() {}

    /** Every environment variable that a service understands, those of Kafka's own properties left out. */
    public static List<String> variables(String service) throws IOException {
        List<Setting> all = new ArrayList<>(OTHERS);
        String module = MODULES.get(service);
        all.addAll(SettingsSource.of(module));
        all.addAll(server(module));
        return all.stream().map(Setting::variable).toList();
    }

    /** The text. */
    static String text() throws IOException {
        StringBuilder page = new StringBuilder("""
                # Configuration

                Made from the code; a test fails where it does not agree. Make it anew, and do not edit it:

                ```
                %s
                ```

                A setting is given as a property (`-Dtouchstone.model-id=default`) or as an environment variable. A duration is `30s`, `5m`, `100ms` or
                `P7D`. "none" means that it need not be set. Commands have flags: `./touchstone COMMAND --help`. What the settings do together is told by
                the modules' READMEs.
                """.formatted(GeneratedFile.COMMAND.replace(" -D", " \\\n    -D")));
        for (Map.Entry<String, String> service : MODULES.entrySet()) {
            page.append("\n## ").append(service.getKey()).append("\n\n");
            table(page, SettingsSource.of(service.getValue()), true);
            page.append("\nThe server, by Quarkus:\n\n");
            serverTable(page, service.getValue());
        }
        page.append("""

                ## Kafka and the registry

                Every service and every command: a variable `KAFKA_NAME` or a property `kafka.NAME` is Kafka's property NAME and goes to every client. These
                have defaults of ours; the registry's own are in [security.md](security.md#schema-registry).

                | property | default |
                |---|---|
                """);
        new TreeMap<>(KafkaSettings.of(Map.of()).client())
                .forEach((name, value) -> page.append("| `kafka.%s` | `%s` |\n".formatted(name, value)));
        page.append("\n## Other variables\n\n");
        table(page, OTHERS, false);
        return page.toString();
    }

    private static void table(StringBuilder page, List<Setting> settings, boolean properties) {
        page.append(properties ? "| property, variable | default | meaning |\n" : "| variable | default | meaning |\n")
                .append("|---|---|---|\n");
        for (Setting setting : settings) {
            String name = properties
                    ? "`" + setting.property() + "`<br>`" + setting.variable() + "`"
                    : "`" + setting.property() + "`";
            String usual =
                    setting.usual().matches("none|required|all cores") ? setting.usual() : "`" + setting.usual() + "`";
            page.append("| ").append(name).append(" | ").append(usual).append(" | ");
            page.append(setting.meaning().replace("|", "\\|")).append(" |\n");
        }
    }

    private static void serverTable(StringBuilder page, String module) throws IOException {
        page.append("| property, variable | value |\n|---|---|\n");
        for (Setting setting : server(module)) {
            page.append("| `%s`<br>`%s` | `%s` |\n".formatted(setting.property(), setting.variable(), setting.usual()));
        }
    }

    /** What {@code application.properties} says of the server, headers of answers left out. */
    public static List<Setting> server(String module) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(
                ProjectHome.find().resolve(module).resolve("src/main/resources/application.properties"))) {
            properties.load(reader);
        }
        return properties.stringPropertyNames().stream()
                .filter(name ->
                        name.matches("quarkus\\.(http\\.(?!header).*|shutdown\\..*|otel\\..*|log\\.console\\..*)"))
                .sorted()
                .map(name -> new Setting(name, properties.getProperty(name), ""))
                .toList();
    }
}
