package dev.touchstone.store;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Not thread-safe. The few requests to an S3-compatible store that are needed, their failures as sentences. Only what every
 * such server knows is asked of it; what only some know (put if absent) is tried and done without where it is refused.
 */
final class S3Objects implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** A request with all its attempts; nothing is tried for ever. */
    private static final Duration REQUEST = Duration.ofMinutes(15);

    /** Waits between them double, from 0.1 s: a store that is overloaded for some seconds ends nobody. */
    private static final int ATTEMPTS = 8;

    private static final String SHA256 = "sha256";
    private static final int NOT_FOUND = 404;
    private static final int EXISTS = 412;
    private static final int NOT_IMPLEMENTED = 501;

    /** A store takes 10,000 parts of an object, hence 2.4 TiB. */
    private static final long PART = 256L << 20;
    /** The most that one request copies. Few servers know how to copy in parts, so it is done only beyond. */
    private static final long LARGEST_COPY = 5L << 30;

    private final S3Client client;
    private final long partSize;
    private final long largestCopy;
    private boolean conditional = true;

    private S3Objects(S3Client client, long partSize, long largestCopy) {
        this.client = client;
        this.partSize = partSize;
        this.largestCopy = largestCopy;
    }

    /**
     * An object.
     *
     * @param location where it is
     * @param size bytes
     * @param modified when it was written
     */
    record Found(S3Location location, long size, Instant modified) {}

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
        return connect(settings, PART, LARGEST_COPY);
    }

    /**
     * As {@link #connect(StoreSettings)}.
     *
     * @param partSize what is larger is sent in parts of that many bytes
     * @param largestCopy what is larger is copied in such parts
     */
    static S3Objects connect(StoreSettings settings, long partSize, long largestCopy) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE))
                .overrideConfiguration(c -> c.apiCallTimeout(REQUEST).retryStrategy(r -> r.maxAttempts(ATTEMPTS)))
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
            return new S3Objects(builder.build(), partSize, largestCopy);
        } catch (SdkClientException e) {
            throw new IllegalArgumentException(
                    "No region of the S3 store is known: set touchstone.s3-region, or touchstone.s3-endpoint for a store"
                            + " other than Amazon's.",
                    e);
        }
    }

    /** Writes an object unless there is one. Whether it is the right one must be asked. */
    void put(S3Location location, Path file, Content content) throws StoreException {
        boolean large = content.size() > partSize;
        if ((large || !conditional) && holds(location, content)) {
            return;
        }
        try {
            if (large) {
                putInParts(location, file, content);
            } else {
                putAtOnce(location, file, content);
            }
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_IMPLEMENTED && conditional) {
                conditional = false;
                put(location, file, content);
            } else if (e.statusCode() != EXISTS) {
                throw S3Failures.failed("written", location, e);
            }
        } catch (SdkException e) {
            throw S3Failures.failed("written", location, e);
        }
    }

    private void putAtOnce(S3Location location, Path file, Content content) {
        PutObjectRequest request = PutObjectRequest.builder()
                .bucket(location.bucket())
                .key(location.key())
                .contentMD5(content.md5())
                .metadata(Map.of(SHA256, content.sha256()))
                .ifNoneMatch(conditional ? "*" : null)
                .build();
        client.putObject(request, RequestBody.fromFile(file));
    }

    private void putInParts(S3Location location, Path file, Content content) {
        new MultipartUpload(client, location, content.size(), partSize)
                .run(Map.of(SHA256, content.sha256()), conditional, (id, number, from, length) -> {
                    String md5 = Content.of(slice(file, from, length)).md5();
                    UploadPartRequest part = UploadPartRequest.builder()
                            .bucket(location.bucket())
                            .key(location.key())
                            .uploadId(id)
                            .partNumber(number)
                            .contentMD5(md5)
                            .build();
                    return client.uploadPart(
                                    part,
                                    RequestBody.fromContentProvider(
                                            () -> slice(file, from, length), length, "application/octet-stream"))
                            .eTag();
                });
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
            throw S3Failures.failed("looked at", location, e);
        } catch (SdkException e) {
            throw S3Failures.failed("looked at", location, e);
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
            if (e.statusCode() == NOT_FOUND && !"NoSuchBucket".equals(S3Failures.code(e))) {
                throw new CheckpointException(Kind.MISSING, location + " is missing.", e);
            }
            throw S3Failures.failed("read", location, e);
        } catch (SdkException | IOException e) {
            throw S3Failures.failed("read", location, e);
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
                        .map(o -> new Found(new S3Location(location.bucket(), o.key()), o.size(), o.lastModified()))
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
    void copy(Found from, S3Location to) throws StoreException {
        S3Location source = from.location();
        request("copied", source, () -> {
            if (from.size() <= largestCopy) {
                return client.copyObject(r -> r.sourceBucket(source.bucket())
                        .sourceKey(source.key())
                        .destinationBucket(to.bucket())
                        .destinationKey(to.key()));
            }
            new MultipartUpload(client, to, from.size(), partSize)
                    .run(
                            Map.of(),
                            false,
                            (id, number, first, length) -> client.uploadPartCopy(r -> r.sourceBucket(source.bucket())
                                            .sourceKey(source.key())
                                            .copySourceRange("bytes=" + first + "-" + (first + length - 1))
                                            .destinationBucket(to.bucket())
                                            .destinationKey(to.key())
                                            .uploadId(id)
                                            .partNumber(number))
                                    .copyPartResult()
                                    .eTag());
            return to;
        });
    }

    @Override
    public void close() {
        client.close();
    }

    private static InputStream slice(Path file, long from, long length) {
        try {
            return new FileSlice(file, from, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T request(String verb, S3Location location, Supplier<T> request) throws StoreException {
        try {
            return request.get();
        } catch (SdkException e) {
            throw S3Failures.failed(verb, location, e);
        }
    }
}
