package dev.touchstone.testkit.s3;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Thread-safe. Objects that are being sent in parts. */
final class Uploads {
    private final Map<String, Upload> open = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    private record Upload(Map<String, String> metadata, SortedMap<Integer, byte[]> parts) {}

    /** Begins one and gives it an id. */
    String begin(Map<String, String> metadata) {
        String id = "upload-" + numbers.incrementAndGet();
        open.put(id, new Upload(metadata, new ConcurrentSkipListMap<>()));
        return id;
    }

    /** Takes a part; nothing happens if there is no such upload. */
    void take(String id, int number, byte[] part) {
        Upload upload = open.get(id);
        if (upload != null) {
            upload.parts().put(number, part);
        }
    }

    /** Ends one; null if there is no such upload. */
    FakeS3.@Nullable Stored end(String id) {
        Upload upload = open.remove(id);
        if (upload == null) {
            return null;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        upload.parts().values().forEach(whole::writeBytes);
        return new FakeS3.Stored(whole.toByteArray(), upload.metadata(), Instant.now());
    }

    /** How many have been begun and not been ended. */
    int count() {
        return open.size();
    }
}
