package dev.touchstone.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Immutable. An object that is made of parts: one request takes 5 GiB at most. It is not there before {@link #run} has ended
 * well.
 *
 * @param client how to reach the store
 * @param to the object
 * @param size of the whole, bytes, above 0
 * @param partSize bytes of every part but the last
 */
record MultipartUpload(S3Client client, S3Location to, long size, long partSize) {
    /** Sends a part and says its tag. */
    @FunctionalInterface
    interface Part {
        String send(String uploadId, int number, long from, long length);
    }

    /**
     * Sends all parts, one after the other, and puts them together.
     *
     * @param metadata of the object
     * @param ifAbsent whether an object that is there stops it, with status 412
     */
    void run(Map<String, String> metadata, boolean ifAbsent, Part part) {
        String id = client.createMultipartUpload(
                        r -> r.bucket(to.bucket()).key(to.key()).metadata(metadata))
                .uploadId();
        try {
            List<CompletedPart> parts = new ArrayList<>();
            for (long from = 0; from < size; from += partSize) {
                int number = parts.size() + 1;
                String tag = part.send(id, number, from, Math.min(partSize, size - from));
                parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
            }
            client.completeMultipartUpload(r -> r.bucket(to.bucket())
                    .key(to.key())
                    .uploadId(id)
                    .ifNoneMatch(ifAbsent ? "*" : null)
                    .multipartUpload(m -> m.parts(parts)));
        } catch (SdkException e) {
            abort(id, e);
            throw e;
        }
    }

    /** Parts that are not put together would lie there, unseen and paid for. */
    private void abort(String id, SdkException cause) {
        try {
            client.abortMultipartUpload(r -> r.bucket(to.bucket()).key(to.key()).uploadId(id));
        } catch (SdkException e) {
            cause.addSuppressed(e);
        }
    }
}
