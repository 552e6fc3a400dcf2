package dev.touchstone.quickstart.command;

import dev.touchstone.producers.cli.ReportFile;
import dev.touchstone.quickstart.models.TrainerDesk;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.ModelAction;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.schemas.v1.ModelRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Requests to the trainer of a model, which alone names versions. Exit codes: 0 done, 1 refused or not answered. */
final class ModelRequestCommands {
    /** An answer that was made in time needs a moment to arrive. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(5);

    private ModelRequestCommands() {}

    /** What all of them have in common. */
    private abstract static class Ask implements Callable<Integer> {
        @Mixin
        private ModelOptions options = new ModelOptions();

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is kept with the name.")
        private String reason = "";

        @Option(
                names = "--by",
                paramLabel = "NAME",
                defaultValue = "${sys:user.name}",
                description = "Who asks (default: ${DEFAULT-VALUE}).")
        private String by = "";

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                defaultValue = "60",
                description = "How long the trainer has to act; later it refuses (default: ${DEFAULT-VALUE}).")
        private int timeout;

        @Spec
        private CommandSpec spec;

        @SuppressWarnings("NullAway.Init") // picocli fills in the fields
        Ask() {}

        abstract ModelAction action();

        @Nullable
        String version() {
            return null;
        }

        @Nullable
        String alias() {
            return null;
        }

        @Override
        public Integer call() {
            if (timeout < 1) {
                throw new UserError("--timeout is a number of seconds and must be at least 1.");
            }
            KafkaSettings settings = options.settings();
            Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
            ModelRequest request = ModelRequest.newBuilder()
                    .setRequestId(UUID.randomUUID())
                    .setModelId(options.model())
                    .setAction(action())
                    .setVersionId(meant(settings, version()))
                    .setAlias(alias())
                    .setReason(reason)
                    .setRequestedBy(by)
                    .setRequestedAt(now)
                    .setExpiresAt(now.plusSeconds(timeout))
                    .build();
            Optional<ModelAnswer> answer = new TrainerDesk(settings, options.topics())
                    .ask(request, Duration.ofSeconds(timeout).plus(ON_THE_WAY));
            if (answer.isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println("No trainer of model " + options.model() + " answered within " + timeout
                                + " s, and none will act on this any more: start its trainer, or give it more time with"
                                + " --timeout.");
                spec.commandLine().getErr().flush();
                return 1;
            }
            ModelAnswer given = answer.get();
            (given.getAccepted()
                            ? spec.commandLine().getOut()
                            : spec.commandLine().getErr())
                    .println(given.getDetail());
            spec.commandLine().getOut().flush();
            spec.commandLine().getErr().flush();
            options.json().ifPresent(file -> ReportFile.write(file, report(request, given)));
            return given.getAccepted() ? 0 : 1;
        }

        /** A name such as champion means its version; what is not known is for the trainer to refuse. */
        private @Nullable String meant(KafkaSettings settings, @Nullable String version) {
            return version == null
                    ? null
                    : options.book(settings)
                            .find(version)
                            .map(CheckpointManifest::getVersionId)
                            .orElse(version);
        }

        private static Map<String, Object> report(ModelRequest request, ModelAnswer answer) {
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("name", "models");
            report.put("model", answer.getModelId());
            report.put("requestId", answer.getRequestId().toString());
            report.put("action", request.getAction().name());
            report.put("accepted", answer.getAccepted());
            report.put("detail", answer.getDetail());
            return report;
        }
    }

    /** Makes a version champion. */
    @Command(
            name = "promote",
            mixinStandardHelpOptions = true,
            description = "Makes a version champion, whatever the gate says, and lets the gate promote again.")
    static final class Promote extends Ask {
        @Parameters(paramLabel = "VERSION", description = "The version, or a name of it.")
        private String version;

        @SuppressWarnings("NullAway.Init") // picocli fills in the fields
        Promote() {}

        @Override
        ModelAction action() {
            return ModelAction.PROMOTE;
        }

        @Override
        String version() {
            return version;
        }
    }

    /** Goes back to the champion before. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description =
                    "Makes the champion before this one champion again, and holds it: else the next checkpoint might"
                            + " undo that. Go on with models release, or with models promote.")
    static final class Rollback extends Ask {
        @Override
        ModelAction action() {
            return ModelAction.ROLLBACK;
        }
    }

    /** Gives a version a name. */
    @Command(
            name = "pin",
            mixinStandardHelpOptions = true,
            description = "Gives a version a name of your own; its files stay until the name is taken away.")
    static final class Pin extends Ask {
        @Parameters(index = "0", paramLabel = "NAME", description = "The name.")
        private String name;

        @Parameters(index = "1", paramLabel = "VERSION", description = "The version, or another name of it.")
        private String version;

        @SuppressWarnings("NullAway.Init") // picocli fills in the fields
        Pin() {}

        @Override
        ModelAction action() {
            return ModelAction.PIN;
        }

        @Override
        String version() {
            return version;
        }

        @Override
        String alias() {
            return name;
        }
    }

    /** Takes a name away. */
    @Command(name = "unpin", mixinStandardHelpOptions = true, description = "Takes a name of your own away.")
    static final class Unpin extends Ask {
        @Parameters(paramLabel = "NAME", description = "The name.")
        private String name;

        @SuppressWarnings("NullAway.Init") // picocli fills in the fields
        Unpin() {}

        @Override
        ModelAction action() {
            return ModelAction.UNPIN;
        }

        @Override
        String alias() {
            return name;
        }
    }

    /** Keeps the champion. */
    @Command(
            name = "hold",
            mixinStandardHelpOptions = true,
            description =
                    "Keeps the champion as it is: the gate may not promote until models release or models promote.")
    static final class Hold extends Ask {
        @Override
        ModelAction action() {
            return ModelAction.HOLD;
        }
    }

    /** Lets the gate promote again. */
    @Command(name = "release", mixinStandardHelpOptions = true, description = "Lets the gate promote again.")
    static final class Release extends Ask {
        @Override
        ModelAction action() {
            return ModelAction.RELEASE;
        }
    }
}
