package dev.touchstone.schemas.kafka;

import dev.touchstone.schemas.UserError;
import java.util.Optional;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;

/**
 * What it means when brokers refuse: no TLS that both sides trust, no login, or no right. Neither is mended by asking again,
 * so each becomes one sentence for the user, which holds no value of a setting.
 */
public final class Refusal {
    private Refusal() {}

    /**
     * The user's mistake behind an error of a client.
     *
     * @param error what a client threw, or what has it as a cause
     * @return empty if the brokers refused nothing
     */
    public static Optional<UserError> of(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SslAuthenticationException) {
                return Optional.of(new UserError(
                        "There is no TLS connection to Kafka (" + root(cause)
                                + "): let KAFKA_SSL_TRUSTSTORE_LOCATION hold the authority of the brokers' certificate, and"
                                + " give a certificate of your own in KAFKA_SSL_KEYSTORE_LOCATION if they want one.",
                        error));
            }
            if (cause instanceof AuthenticationException) {
                return Optional.of(new UserError(
                        "Kafka refuses the login: check KAFKA_SASL_MECHANISM and the user and password"
                                + " in KAFKA_SASL_JAAS_CONFIG.",
                        error));
            }
            if (cause instanceof AuthorizationException) {
                return Optional.of(new UserError(
                        "Kafka does not let this user do what it must (" + cause.getMessage()
                                + "): give it the rights that docs/security.md lists.",
                        error));
            }
        }
        return Optional.empty();
    }

    private static String root(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
