package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.quickstart.models.ModelBook;
import dev.touchstone.quickstart.models.VersionReport;
import dev.touchstone.quickstart.stack.StopHook;
import dev.touchstone.quickstart.stack.TrainerJvm;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The versions of a model: what there is, and which of them serves. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Lists the versions of a model, and asks its trainer to change which of them have names.",
            "The version that is named champion serves; the gate moves that name while nobody holds it."
        },
        subcommands = {
            ModelsCommand.ListVersions.class,
            ModelsCommand.Show.class,
            ModelsCommand.Fetch.class,
            ModelRequestCommands.Promote.class,
            ModelRequestCommands.Rollback.class,
            ModelRequestCommands.Pin.class,
            ModelRequestCommands.Unpin.class,
            ModelRequestCommands.Hold.class,
            ModelRequestCommands.Release.class
        })
public final class ModelsCommand {
    private ModelsCommand() {}

    /** A table of versions. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the newest versions and all that have names, the newest last.")
    static final class ListVersions implements Callable<Integer> {
        @Mixin
        private ModelOptions options = new ModelOptions();

        @Option(
                names = "--newest",
                paramLabel = "N",
                defaultValue = "20",
                description = "So many of the newest (default: ${DEFAULT-VALUE}).")
        private int newest;

        @Spec
        private CommandSpec spec;

        @SuppressWarnings("NullAway.Init") // picocli fills in the fields
        ListVersions() {}

        @Override
        public Integer call() {
            if (newest < 0) {
                throw new UserError("--newest is a number of versions and must not be negative.");
            }
            ModelBook book = options.book(options.settings());
            List<CheckpointManifest> versions = book.newest(newest);
            spec.commandLine().getOut().print(VersionReport.table(book, versions));
            spec.commandLine().getOut().flush();
            options.json().ifPresent(file -> {
                Map<String, Object> report = new LinkedHashMap<>();
                report.put("name", "models");
                report.put("model", book.modelId());
                report.put(
                        "versions",
                        versions.stream()
                                .map(version -> VersionReport.json(book, version))
                                .toList());
                ReportFile.write(file, report);
            });
            return 0;
        }
    }

    /** One version. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows everything about a version: where its files are, its names, what the gate found.")
    static final class Show implements Callable<Integer> {
        @Mixin
        private ModelOptions options = new ModelOptions();

        @Parameters(paramLabel = "VERSION", description = "The version, or a name of it such as champion.")
        private String version;

        @Spec
        private CommandSpec spec;

        @SuppressWarnings("NullAway.Init") // picocli fills in the fields
        Show() {}

        @Override
        public Integer call() {
            ModelBook book = options.book(options.settings());
            CheckpointManifest manifest = wanted(book, version);
            spec.commandLine().getOut().print(VersionReport.page(book, manifest));
            spec.commandLine().getOut().flush();
            options.json().ifPresent(file -> ReportFile.write(file, VersionReport.json(book, manifest)));
            return 0;
        }
    }

    /** The files of one version. */
    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            description = {
                "Writes a version as a model that other engines load: Hugging Face's layout in fp32, nothing of its training,"
                        + " adapters merged. Its files are checked against their hash first.",
                "Only models of Llama's kind; the built-in one is known to Touchstone alone. The trainer's settings say where"
                        + " its store is. Exits with 1 if the files are gone or damaged."
            })
    static final class Fetch implements Callable<Integer> {
        @Mixin
        private ModelOptions options = new ModelOptions();

        @Parameters(index = "0", paramLabel = "VERSION", description = "The version, or a name of it such as champion.")
        private String version;

        @Parameters(index = "1", paramLabel = "FOLDER", description = "The folder to write; it must not be there yet.")
        private Path folder;

        @Spec
        private CommandSpec spec;

        @SuppressWarnings("NullAway.Init") // picocli fills in the fields
        Fetch() {}

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (Files.exists(folder)) {
                throw new UserError(folder + " is there already: name another folder, or delete it.");
            }
            ModelBook book = options.book(options.settings());
            CheckpointManifest manifest = wanted(book, version);
            Path home = ProjectHome.find();
            Process process = TrainerJvm.builder(
                            home,
                            "dev.touchstone.trainer.shell.FetchMain",
                            List.of(
                                    manifest.getUri(),
                                    manifest.getSha256(),
                                    home.resolve(".touchstone/fetched").toString(),
                                    folder.toAbsolutePath().toString()))
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (StopHook stop = new StopHook(process::destroy)) {
                int exitCode = process.waitFor();
                if (exitCode == 0) {
                    spec.commandLine().getOut().println(manifest.getVersionId() + " is in " + folder);
                }
                return exitCode;
            } finally {
                process.destroy();
            }
        }
    }

    private static CheckpointManifest wanted(ModelBook book, String version) {
        return book.find(version)
                .orElseThrow(() -> new UserError("There is no version " + version + " of model " + book.modelId()
                        + ": see ./touchstone models list."));
    }
}
