package dev.touchstone.store;

import java.net.URI;

/**
 * A place in an S3-compatible store.
 *
 * @param bucket the bucket
 * @param key an object's key, or what the keys below this place begin with; may be empty
 */
public record S3Location(String bucket, String key) {
    private static final String BUCKET = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";
    private static final String KEY = "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*";

    /**
     * Reads {@code s3://bucket/key}.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static S3Location parse(String text) {
        String rest = text.startsWith("s3://") ? text.substring(5) : "";
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        String key = slash < 0 ? "" : rest.substring(slash + 1).replaceFirst("/$", "");
        if (!bucket.matches(BUCKET) || !(key.isEmpty() || key.matches(KEY))) {
            throw new IllegalArgumentException("'" + text + "' is no place in an S3 store: use s3://bucket/prefix, the"
                    + " bucket in small letters, the prefix of letters, digits, dots, dashes and underscores.");
        }
        return new S3Location(bucket, key);
    }

    /** The place of a name below this one. */
    public S3Location child(String name) {
        return new S3Location(bucket, key.isEmpty() ? name : key + "/" + name);
    }

    /** The last part of the key. */
    public String name() {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    /** As a URI. */
    public URI uri() {
        return URI.create(toString());
    }

    @Override
    public String toString() {
        return "s3://" + bucket + (key.isEmpty() ? "" : "/" + key);
    }
}
