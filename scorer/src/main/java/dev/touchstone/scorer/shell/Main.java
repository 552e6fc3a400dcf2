package dev.touchstone.scorer.shell;

import dev.touchstone.schemas.UserError;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the process. A user's mistake that keeps it from starting is one sentence and the exit code of a {@link UserError}. */
@QuarkusMain
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    /** Runs until the process is told to end, or the core dies. */
    public static void main(String... arguments) {
        Quarkus.run(null, Main::exit, arguments);
    }

    private static void exit(int code, @Nullable Throwable error) {
        if (error == null) {
            System.exit(code);
        }
        Optional<String> mistake = mistake(error);
        if (mistake.isPresent()) {
            System.err.println(mistake.get());
            System.exit(UserError.EXIT_CODE);
        }
        LOG.error("The scorer did not start", error);
        System.exit(Math.max(1, code));
    }

    /** What the user can mend, as a sentence; empty if the error is none of the user's. */
    static Optional<String> mistake(@Nullable Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError
                    || cause instanceof ConfigurationException
                    || cause instanceof ConfigValidationException) {
                return Optional.of(String.valueOf(cause.getMessage()));
            }
            if (cause instanceof BindException) {
                return Optional.of("The scorer cannot listen (" + cause.getMessage()
                        + "): stop what listens there, or set quarkus.http.port to another port.");
            }
        }
        return Optional.empty();
    }
}
