package dev.touchstone.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.testkit.s3.FakeS3;
import dev.touchstone.testkit.s3.FakeS3.Fault;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are larger than one request may be, with a part of 300,001 bytes as the most. */
class LargeFilesTest {
    private final FakeS3 s3 = FakeS3.start();
    private final StoreSettings settings = Samples.settings("s3://bucket/models", s3.endpoint());

    @TempDir
    Path temporary;

    private CheckpointStore store;
    private Checkpoint.Written written;

    @BeforeAll
    static void setKeys() {
        Samples.setKeys();
    }

    @BeforeEach
    void open() throws Exception {
        Path here = temporary.resolve("here");
        written = Samples.write(here, 1);
        store = new S3Store(
                S3Objects.connect(settings, 300_001, 300_001),
                S3Location.parse("s3://bucket/models/m"),
                new FolderStore(here, settings));
    }

    @AfterEach
    void close() {
        store.close();
        s3.close();
    }

    @Test
    void shouldFetchWhatWasPutWhenItIsSentInParts() throws Exception {
        URI uri = store.put(written);
        store.put(written);

        fetchElsewhere(uri);
        assertThat(requests("POST")).isEqualTo(2 * 2); // weights and state, begun and ended, once
        assertThat(s3.openUploads()).isZero();
    }

    @Test
    void shouldPutWhenTheServerKnowsNoConditions() throws Exception {
        s3.follow(request -> Fault.UNCONDITIONAL);

        fetchElsewhere(store.put(written));
        assertThat(s3.openUploads()).isZero();
    }

    @Test
    void shouldLeaveNoPartsBehindWhenOneIsRefused() {
        s3.follow(request ->
                request.startsWith("PUT") && request.endsWith(Checkpoint.WEIGHTS) ? Fault.DENIED : Fault.NONE);

        assertThatThrownBy(() -> store.put(written)).isInstanceOf(StoreException.class);

        assertThat(s3.openUploads()).isZero();
    }

    @Test
    void shouldRefuseWhenTheStoreKeptHalfOfAPart() {
        s3.follow(request ->
                request.startsWith("PUT") && request.endsWith(Checkpoint.WEIGHTS) ? Fault.TRUNCATED : Fault.NONE);

        assertThatThrownBy(() -> store.put(written))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("size or hash differs");
    }

    @Test
    void shouldKeepEveryByteWhenItIsSetAside() throws Exception {
        store.put(written);
        String key = "models/m/" + written.versionId();
        byte[] before = s3.objects().get(key + "/" + Checkpoint.WEIGHTS).bytes();

        store.setAside(written.versionId());

        assertThat(s3.objects().get(key + ".damaged-1/" + Checkpoint.WEIGHTS).bytes())
                .isEqualTo(before);
        assertThat(store.list()).isEmpty();
    }

    private void fetchElsewhere(URI uri) throws Exception {
        try (CheckpointFetcher other = new CheckpointFetcher(settings, temporary.resolve("there"))) {
            assertThat(other.fetch(uri.toString(), written.sha256()).sha256()).isEqualTo(written.sha256());
        }
    }

    private long requests(String method) {
        return s3.requests().stream()
                .filter(request -> request.startsWith(method))
                .count();
    }
}
