package dev.touchstone.store;

import software.amazon.awssdk.services.s3.model.S3Exception;

/** Failures of an S3-compatible store as sentences. */
final class S3Failures {
    private S3Failures() {}

    /** Says what failed. The server's own words are left out: some repeat keys and signatures. */
    static StoreException failed(String verb, S3Location location, Exception e) {
        String what = location + " could not be " + verb + ": ";
        if (e instanceof S3Exception s3 && s3.statusCode() < 500 && s3.statusCode() != 429 && s3.statusCode() != 408) {
            String mend = switch (s3.statusCode()) {
                case 401, 403 -> "give the keys the right to list, get, put and delete there.";
                case 404 -> "create the bucket, or mend touchstone.checkpoint-store.";
                default -> "check touchstone.s3-endpoint, touchstone.s3-region and touchstone.s3-path-style.";
            };
            return new StoreException(
                    true, what + "the store answers " + s3.statusCode() + " " + code(s3) + ", " + mend, e);
        }
        if (e instanceof S3Exception s3) {
            return new StoreException(false, what + "the store answers " + s3.statusCode() + " " + code(s3) + ".", e);
        }
        if (String.valueOf(e.getMessage()).contains("Unable to load credentials")) {
            return new StoreException(
                    true, what + "no keys were found, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.", e);
        }
        return new StoreException(false, what + "the store cannot be reached: " + root(e) + ".", e);
    }

    static String code(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? ""
                : e.awsErrorDetails().errorCode();
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null || e.getCause() == e ? e : root(e.getCause());
    }
}
