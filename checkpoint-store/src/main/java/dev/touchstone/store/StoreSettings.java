package dev.touchstone.store;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where checkpoints lie and how an S3-compatible store is reached. Keys are none of the settings: the SDK finds them where it
 * always does (environment, profile, the machine's role).
 *
 * @param location the part of the store that holds all models; null for a directory on this machine
 * @param endpoint of a store other than Amazon's; null for Amazon's
 * @param region null for us-east-1 at an endpoint, and else for what the SDK finds
 * @param pathStyle whether the bucket stands in the path and not in the host's name
 */
public record StoreSettings(
        @Nullable S3Location location,
        @Nullable URI endpoint,
        @Nullable String region,
        boolean pathStyle) {
    /** A directory on this machine. */
    public static final StoreSettings DIRECTORY = new StoreSettings(null, null, null, false);

    /**
     * Reads the settings as a user gives them.
     *
     * @param store {@code touchstone.checkpoint-store}: s3://bucket/prefix; empty for a directory
     * @param endpoint {@code touchstone.s3-endpoint}: an http or https URL
     * @param region {@code touchstone.s3-region}
     * @param pathStyle {@code touchstone.s3-path-style}; by default at an endpoint, where few buckets have host names
     * @throws IllegalArgumentException in one sentence, naming the setting
     */
    public static StoreSettings of(
            Optional<String> store, Optional<String> endpoint, Optional<String> region, Optional<Boolean> pathStyle) {
        return new StoreSettings(
                store.map(StoreSettings::location).orElse(null),
                endpoint.map(StoreSettings::endpoint).orElse(null),
                region.map(StoreSettings::region).orElse(null),
                pathStyle.orElse(endpoint.isPresent()));
    }

    private static S3Location location(String text) {
        try {
            return S3Location.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "touchstone.checkpoint-store cannot be used: " + e.getMessage()
                            + " For a directory leave it out and set touchstone.checkpoint-dir.",
                    e);
        }
    }

    private static URI endpoint(String text) {
        try {
            URI uri = URI.create(text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Said below: the text itself is not repeated, it may hold a password.
        }
        throw new IllegalArgumentException(
                "touchstone.s3-endpoint is no plain URL: set it like http://localhost:8333, with no user, password or query.");
    }

    private static String region(String text) {
        if (!text.matches("[a-z0-9-]{1,40}")) {
            throw new IllegalArgumentException(
                    "touchstone.s3-region '" + text + "' is no region's name: set it like us-east-1.");
        }
        return text;
    }
}
