package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.quickstart.models.ModelBook;
import dev.touchstone.quickstart.models.VersionReport;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.v1.CheckpointManifest;
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
            CheckpointManifest manifest = book.find(version)
                    .orElseThrow(() -> new UserError("There is no version " + version + " of model " + book.modelId()
                            + ": see ./touchstone models list."));
            spec.commandLine().getOut().print(VersionReport.page(book, manifest));
            spec.commandLine().getOut().flush();
            options.json().ifPresent(file -> ReportFile.write(file, VersionReport.json(book, manifest)));
            return 0;
        }
    }
}
