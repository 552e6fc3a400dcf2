package dev.touchstone.testkit.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a secured broker wants of its clients: TLS, a login by SCRAM-SHA-512, and for everything a right. The user
 * {@value #ADMIN} has all rights, the others have those that it grants.
 *
 * @param certificate of the broker
 * @param users passwords by user, {@value #ADMIN} among them
 */
public record SecuredListener(Certificate certificate, Map<String, String> users) {
    /** The user that may do everything. */
    public static final String ADMIN = "admin";

    private static final String MECHANISM = "SCRAM-SHA-512";
    private static final String LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required";

    /** What a client of one of the users sets, by the names of Kafka's properties. */
    public Map<String, String> client(String user) {
        return client(user, users.getOrDefault(user, ""));
    }

    /** The same with a password that may be wrong. */
    public Map<String, String> client(String user, String password) {
        return Map.of(
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                MECHANISM,
                "sasl.jaas.config",
                LOGIN + " username=\"" + user + "\"\n password=\"" + password + "\";",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                certificate.pem().toString());
    }

    /** What the broker sets. */
    Map<String, String> broker() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("sasl.enabled.mechanisms", MECHANISM);
        settings.put("listener.name.clients.scram-sha-512.sasl.jaas.config", LOGIN + ";");
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", certificate.keyStore().toString());
        settings.put("ssl.keystore.password", Certificate.PASSWORD);
        settings.put("ssl.key.password", Certificate.PASSWORD);
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        // The broker itself, by its inner listeners, has no name.
        settings.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
        return settings;
    }

    /** What the log of metadata begins with. */
    List<String> credentials() {
        return users.entrySet().stream()
                .map(user -> MECHANISM + "=[name=" + user.getKey() + ",password=" + user.getValue() + "]")
                .toList();
    }
}
