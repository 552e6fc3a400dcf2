package dev.touchstone.schemas.registry;

import dev.touchstone.schemas.UserError;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * Immutable. How to reach a schema registry and log in there, by the names of Confluent's clients, each with or without
 * {@code schema.registry.} before it. Nothing of it but addresses without a login is ever part of a message.
 */
public final class RegistryAccess {
    /** Base addresses, separated by commas; tried in order. */
    public static final String URL = "schema.registry.url";

    /** {@code user:password} for basic authentication. */
    public static final String USER_INFO = "basic.auth.user.info";

    /**
     * Where the user and password are: {@code USER_INFO} (the default where {@link #USER_INFO} is set), {@code URL} (before
     * the host; the default elsewhere), or {@code SASL_INHERIT}: those of {@code sasl.jaas.config}.
     */
    public static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";

    /** Token for bearer authentication. */
    public static final String BEARER_TOKEN = "bearer.auth.token";

    private static final String PREFIX = "schema.registry.";
    private static final String SSL = PREFIX + "ssl.";

    private final List<String> urls;
    private final @Nullable String authorization;
    private final Map<String, Object> tls = new HashMap<>();

    /**
     * @param config Kafka client settings; {@link #URL} is required
     * @throws UserError if a setting is missing or cannot be used
     */
    public RegistryAccess(Map<String, ?> config) {
        Object url = config.get(URL);
        if (url == null || url.toString().isBlank()) {
            throw new UserError("No schema registry is set: set " + URL + " to its address, for example"
                    + " http://localhost:8081/apis/ccompat/v7.");
        }
        List<URI> addresses = Arrays.stream(url.toString().split(",", -1))
                .map(RegistryAccess::checked)
                .toList();
        urls = addresses.stream().map(RegistryAccess::withoutLogin).toList();
        authorization = authorization(config, addresses);
        config.forEach((name, value) -> {
            if (name.startsWith(SSL)) {
                tls.put(name.substring(PREFIX.length()), value);
            }
        });
    }

    /** Base addresses without a login, in the order in which to try them. */
    public List<String> urls() {
        return urls;
    }

    /** What to send as the header {@code Authorization}. */
    public Optional<String> authorization() {
        return Optional.ofNullable(authorization);
    }

    /**
     * A client that trusts what {@code schema.registry.ssl.*} says, or, without such a setting, what Java trusts.
     *
     * @throws UserError if the stores cannot be read
     */
    public HttpClient client() {
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        if (!tls.isEmpty()) {
            // Kafka's own reader of stores: the same types, PEM among them, as for the brokers.
            try (DefaultSslEngineFactory stores = new DefaultSslEngineFactory()) {
                stores.configure(new ConfigDef().withClientSslSupport().parse(tls));
                client.sslContext(stores.sslContext());
            } catch (KafkaException e) {
                throw new UserError(
                        "The settings " + SSL + "* cannot be used (" + e.getMessage()
                                + "): check the locations, types and passwords.",
                        e);
            }
        }
        return client.build();
    }

    private static @Nullable String authorization(Map<String, ?> config, List<URI> addresses) {
        String userInfo = value(config, USER_INFO);
        String source = value(config, CREDENTIALS_SOURCE);
        String login = switch (source == null ? (userInfo == null ? "URL" : "USER_INFO") : source) {
            case "USER_INFO" -> required(userInfo);
            case "SASL_INHERIT" -> ofJaas(config.get("sasl.jaas.config"));
            case "URL" -> addresses.get(0).getUserInfo();
            default -> throw new UserError(CREDENTIALS_SOURCE + " is none of USER_INFO, URL and SASL_INHERIT.");
        };
        if (login != null) {
            return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        }
        String token = value(config, BEARER_TOKEN);
        return token == null ? null : "Bearer " + token;
    }

    private static @Nullable String value(Map<String, ?> config, String name) {
        Object value = config.get(name);
        if (value == null) {
            value = config.get(PREFIX + name);
        }
        return value == null ? null : value.toString();
    }

    private static String required(@Nullable String userInfo) {
        if (userInfo == null) {
            throw new UserError(CREDENTIALS_SOURCE + " is USER_INFO, so " + USER_INFO + " must be user:password.");
        }
        return userInfo;
    }

    private static String ofJaas(@Nullable Object jaas) {
        try {
            Object value = jaas instanceof Password password ? password.value() : jaas;
            var entries = JaasContext.loadClientContext(
                            Map.of("sasl.jaas.config", new Password(value == null ? "" : value.toString())))
                    .configurationEntries();
            String user = JaasContext.configEntryOption(entries, "username", null);
            String password = JaasContext.configEntryOption(entries, "password", null);
            if (user != null && password != null) {
                return user + ":" + password;
            }
        } catch (IllegalArgumentException e) {
            // Its message may hold a piece of the password.
        }
        throw new UserError(
                CREDENTIALS_SOURCE + " is SASL_INHERIT, but sasl.jaas.config holds no username and no password.");
    }

    private static URI checked(String url) {
        String base = url.strip().replaceAll("/+$", "");
        try {
            URI address = URI.create(base);
            if (base.matches("https?://.*") && address.getHost() != null) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // It is told below.
        }
        throw new UserError(URL + " is '" + base.replaceAll("//[^/]*@", "//") + "', which is no http or https address:"
                + " set it to one, for example http://localhost:8081/apis/ccompat/v7.");
    }

    private static String withoutLogin(URI address) {
        String login = address.getRawUserInfo();
        return login == null ? address.toString() : address.toString().replace("//" + login + "@", "//");
    }
}
