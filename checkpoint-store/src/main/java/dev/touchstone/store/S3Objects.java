package dev.touchstone.store;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Not thread-safe. The few requests to an S3-compatible store that are needed, their failures as sentences. Only what every
 * such server knows is asked of it; what only some know (put if absent) is tried and done without where it is refused.
 */
final class S3Objects implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** A request with all its attempts; nothing is tried for ever. */
    private static final Duration REQUEST = Duration.ofMinutes(15);

    private static final String SHA256 = "sha256";
    private static final int NOT_FOUND = 404;
    private static final int EXISTS = 412;
    private static final int NOT_IMPLEMENTED = 501;

    private final S3Client client;
    private boolean conditional = true;

    private S3Objects(S3Client client) {
        this.client = client;
    }

    /**
     * An object.
     *
     * @param location where it is
     * @param modified when it was written
     */
    record Found(S3Location location, Instant modified) {}

    /**
     * What a file holds.
     *
     * @param size bytes
     * @param sha256 hexadecimal
     * @param md5 in base 64, as in the header that makes a server refuse any other content
     */
    record Content(long size, String sha256, String md5) {
        static Content of(Path file) throws StoreException {
            try (InputStream in = Files.newInputStream(file)) {
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                MessageDigest md5 = MessageDigest.getInstance("MD5");
                byte[] piece = new byte[1 << 16];
                long size = 0;
                for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                    sha256.update(piece, 0, count);
                    md5.update(piece, 0, count);
                    size += count;
                }
                return new Content(
                        size,
                        HexFormat.of().formatHex(sha256.digest()),
                        Base64.getEncoder().encodeToString(md5.digest()));
            } catch (IOException e) {
                throw new StoreException(true, file + " could not be read: " + e + ".", e);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("This Java lacks a digest that every Java has", e);
            }
        }
    }

    /** Takes the bytes of an object. */
    @FunctionalInterface
    interface Sink {
        /** Takes what is between position and limit. */
        void take(ByteBuffer bytes) throws CheckpointException;
    }

    /**
     * Makes a client; nothing is sent yet.
     *
     * @throws IllegalArgumentException in one sentence, if the SDK finds no region
     */
    static S3Objects connect(StoreSettings settings) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE))
                .overrideConfiguration(c -> c.apiCallTimeout(REQUEST))
                .forcePathStyle(settings.pathStyle())
                // Newer checksums and chunked signatures are what servers other than Amazon's stumble over.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build());
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
        }
        if (settings.region() != null) {
            builder.region(Region.of(settings.region()));
        } else if (settings.endpoint() != null) {
            builder.region(Region.US_EAST_1);
        }
        try {
            return new S3Objects(builder.build());
        } catch (SdkClientException e) {
            throw new IllegalArgumentException(
                    "No region of the S3 store is known: set touchstone.s3-region, or touchstone.s3-endpoint for a store"
                            + " other than Amazon's.",
                    e);
        }
    }

    /** Writes an object unless there is one. Whether it is the right one must be asked. */
    void put(S3Location location, Path file, Content content) throws StoreException {
        if (!conditional && holds(location, content)) {
            return;
        }
        PutObjectRequest request = PutObjectRequest.builder()
                .bucket(location.bucket())
                .key(location.key())
                .contentMD5(content.md5())
                .metadata(Map.of(SHA256, content.sha256()))
                .ifNoneMatch(conditional ? "*" : null)
                .build();
        try {
            client.putObject(request, RequestBody.fromFile(file));
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_IMPLEMENTED && conditional) {
                conditional = false;
                put(location, file, content);
            } else if (e.statusCode() != EXISTS) {
                throw failed("written", location, e);
            }
        } catch (SdkException e) {
            throw failed("written", location, e);
        }
    }

    /** Whether an object is there and has that size and hash. */
    boolean holds(S3Location location, Content content) throws StoreException {
        try {
            HeadObjectResponse head =
                    client.headObject(r -> r.bucket(location.bucket()).key(location.key()));
            return head.contentLength() == content.size()
                    && content.sha256().equals(head.metadata().get(SHA256));
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND) {
                return false;
            }
            throw failed("looked at", location, e);
        } catch (SdkException e) {
            throw failed("looked at", location, e);
        }
    }

    /**
     * Reads an object to its end.
     *
     * @throws CheckpointException (missing) if it is not there, or what the sink throws
     */
    void read(S3Location location, Sink sink) throws CheckpointException, StoreException {
        try (ResponseInputStream<GetObjectResponse> in =
                client.getObject(r -> r.bucket(location.bucket()).key(location.key()))) {
            byte[] piece = new byte[1 << 16];
            long size = 0;
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                sink.take(ByteBuffer.wrap(piece, 0, count));
                size += count;
            }
            Long whole = in.response().contentLength();
            if (whole != null && size != whole) {
                throw new StoreException(
                        false,
                        location + " ended after " + size + " of " + whole + " bytes: the store broke off.",
                        null);
            }
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND && !"NoSuchBucket".equals(code(e))) {
                throw new CheckpointException(Kind.MISSING, location + " is missing.", e);
            }
            throw failed("read", location, e);
        } catch (SdkException | IOException e) {
            throw failed("read", location, e);
        }
    }

    /** All objects below a location. */
    List<Found> list(S3Location location) throws StoreException {
        String prefix = location.key().isEmpty() ? "" : location.key() + "/";
        return request(
                "listed",
                location,
                () -> client
                        .listObjectsV2Paginator(r -> r.bucket(location.bucket()).prefix(prefix))
                        .contents()
                        .stream()
                        .map(o -> new Found(new S3Location(location.bucket(), o.key()), o.lastModified()))
                        .toList());
    }

    /** Deletes an object, also one that is not there. */
    void delete(S3Location location) throws StoreException {
        request(
                "deleted",
                location,
                () -> client.deleteObject(r -> r.bucket(location.bucket()).key(location.key())));
    }

    /** Copies an object within the bucket. */
    void copy(S3Location from, S3Location to) throws StoreException {
        request(
                "copied",
                from,
                () -> client.copyObject(r -> r.sourceBucket(from.bucket())
                        .sourceKey(from.key())
                        .destinationBucket(to.bucket())
                        .destinationKey(to.key())));
    }

    @Override
    public void close() {
        client.close();
    }

    private static <T> T request(String verb, S3Location location, Supplier<T> request) throws StoreException {
        try {
            return request.get();
        } catch (SdkException e) {
            throw failed(verb, location, e);
        }
    }

    /** Says what failed. The server's own words are left out: some repeat keys and signatures. */
    private static StoreException failed(String verb, S3Location location, Exception e) {
        String what = location + " could not be " + verb + ": ";
        if (e instanceof S3Exception s3 && s3.statusCode() < 500 && s3.statusCode() != 429 && s3.statusCode() != 408) {
            String mend = switch (s3.statusCode()) {
                case 401, 403 -> "give the keys the right to list, get, put and delete there.";
                case NOT_FOUND -> "create the bucket, or mend touchstone.checkpoint-store.";
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

    private static String code(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? ""
                : e.awsErrorDetails().errorCode();
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null || e.getCause() == e ? e : root(e.getCause());
    }
}
