package dev.touchstone.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.testkit.s3.FakeS3;
import dev.touchstone.testkit.s3.FakeS3.Fault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The S3 store on a server that is as bad as it is told to be. */
class S3StoreTest {
    private final FakeS3 s3 = FakeS3.start();

    @TempDir
    Path temporary;

    private Path here;
    private Path there;
    private CheckpointStore store;

    @BeforeAll
    static void setKeys() {
        Samples.setKeys();
    }

    @BeforeEach
    void open() {
        here = temporary.resolve("here");
        there = temporary.resolve("there");
        store = at(here);
    }

    @AfterEach
    void close() {
        store.close();
        s3.close();
    }

    @Test
    void shouldFetchWhatWasPutWhenAnotherMachineAsks() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        URI uri = store.put(written);

        assertThat(uri).hasToString("s3://bucket/models/m/" + written.versionId());
        try (CheckpointStore other = at(there)) {
            Checkpoint fetched = other.fetch(uri.toString(), written.sha256());
            assertThat(fetched.folder()).isEqualTo(there.resolve(written.versionId()));
            assertThat(fetched.sha256()).isEqualTo(written.sha256());
            assertThat(fetched.state()).isNotNull();
        }
        assertThat(lastPut()).endsWith("/manifest.json");
    }

    @Test
    void shouldAskForNothingWhenTheCheckpointIsHereAlready() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        URI uri = store.put(written);
        int before = s3.requests().size();

        store.fetch(uri.toString(), written.sha256());

        assertThat(s3.requests()).hasSize(before);
    }

    @Test
    void shouldLeaveWhatIsThereWhenTheSameIsPutAgain() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        store.put(written);
        Map<String, FakeS3.Stored> before = Map.copyOf(s3.objects());

        store.put(written);

        assertThat(s3.objects()).isEqualTo(before); // compares the arrays by identity: nothing was written
    }

    @Test
    void shouldRefuseWhenOtherContentHasTheVersion() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        s3.objects().put(key(written, Checkpoint.WEIGHTS), new FakeS3.Stored(new byte[3], Map.of(), Instant.now()));

        assertRefused(() -> store.put(written), Checkpoint.WEIGHTS, "not what was sent");

        assertThat(s3.objects().get(key(written, Checkpoint.WEIGHTS)).bytes()).hasSize(3);
    }

    @Test
    void shouldRefuseWhenTheStoreKeptHalfOfAFile() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        s3.follow(request -> request.endsWith(Checkpoint.WEIGHTS) ? Fault.TRUNCATED : Fault.NONE);

        assertRefused(() -> store.put(written), Checkpoint.WEIGHTS, "size or hash differs");
    }

    @Test
    void shouldPutWhenTheServerKnowsNoConditions() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        s3.follow(request -> Fault.UNCONDITIONAL);

        URI uri = store.put(written);
        store.put(written);

        try (CheckpointStore other = at(there)) {
            assertThat(other.fetch(uri.toString(), written.sha256()).sha256()).isEqualTo(written.sha256());
        }
        assertThat(s3.requests().stream().filter(r -> r.equals("PUT /bucket/" + key(written, Checkpoint.WEIGHTS))))
                .hasSize(1);
    }

    @Test
    void shouldPutWhenTheStoreIsOverloadedForAMoment() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        AtomicInteger left = new AtomicInteger(2);
        s3.follow(request -> left.getAndDecrement() > 0 ? Fault.OVERLOADED : Fault.NONE);

        store.put(written);

        assertThat(s3.objects()).containsKey(key(written, Checkpoint.MANIFEST));
    }

    @Test
    void shouldSayTheMendAndNoSecretWhenTheStoreForbids() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        s3.follow(request -> Fault.DENIED);

        for (Asked asked :
                List.<Asked>of(() -> store.put(written), store::list, () -> store.delete(written.versionId()))) {
            StoreException refusal = assertRefused(asked, "403 AccessDenied", "give the keys the right");
            assertThat(refusal).message().doesNotContain("of-a-test");
        }
        assertRefused(
                () -> at(there).fetch(uri(written), written.sha256()), "403 AccessDenied", "give the keys the right");
    }

    @Test
    void shouldSayTheMendWhenTheBucketIsMissing() {
        try (CheckpointStore wrong =
                CheckpointStore.open(Samples.settings("s3://no-such-bucket", s3.endpoint()), here, "m")) {
            assertRefused(wrong::list, "s3://no-such-bucket/m", "create the bucket");
        }
    }

    @Test
    void shouldNotCallItRefusedWhenTheStoreIsAway() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        s3.close();

        StoreException away = catchThrowableOfType(StoreException.class, () -> store.put(written));

        assertThat(away).hasMessageContaining("cannot be reached");
        assertThat(away.refused()).isFalse();
    }

    @Test
    void shouldLeaveNothingBehindWhenAFetchIsCutShort() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        URI uri = store.put(written);
        s3.follow(request ->
                request.startsWith("GET") && request.endsWith(Checkpoint.WEIGHTS) ? Fault.TRUNCATED : Fault.NONE);

        try (CheckpointStore other = at(there)) {
            StoreException cut =
                    catchThrowableOfType(StoreException.class, () -> other.fetch(uri.toString(), written.sha256()));
            assertThat(cut.refused()).isFalse();
            assertThat(entries(there)).isEmpty();
        }
    }

    @Test
    void shouldFetchAgainWhenTheCopyHereIsDamaged() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        URI uri = store.put(written);
        Files.write(written.folder().resolve(Checkpoint.WEIGHTS), new byte[] {1, 2, 3}, StandardOpenOption.WRITE);

        assertThat(store.fetch(uri.toString(), written.sha256()).sha256()).isEqualTo(written.sha256());
    }

    @Test
    void shouldSetAsideAndWriteAgainWhenTheStoreHoldsADamagedFile() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        URI uri = store.put(written);
        FakeS3.Stored good = s3.objects().get(key(written, Checkpoint.WEIGHTS));
        byte[] flipped = good.bytes().clone();
        flipped[flipped.length / 2] ^= 1;
        s3.objects()
                .put(key(written, Checkpoint.WEIGHTS), new FakeS3.Stored(flipped, good.metadata(), good.modified()));

        try (CheckpointStore other = at(there)) {
            CheckpointException damaged = catchThrowableOfType(
                    CheckpointException.class, () -> other.fetch(uri.toString(), written.sha256()));
            assertThat(damaged.kind()).isEqualTo(CheckpointException.Kind.CORRUPT);
            assertThat(entries(there)).isEmpty();
            other.setAside(written.versionId());
        }
        store.put(written);

        assertThat(s3.objects()
                        .get("models/m/" + written.versionId() + ".damaged-1/" + Checkpoint.WEIGHTS)
                        .bytes())
                .isEqualTo(flipped);
        try (CheckpointStore third = at(temporary.resolve("third"))) {
            assertThat(third.fetch(uri.toString(), written.sha256()).sha256()).isEqualTo(written.sha256());
            assertThat(third.list()).hasSize(1);
        }
    }

    @Test
    void shouldCallItMissingWhenAnUploadWasNotFinished() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        URI uri = store.put(written);
        s3.objects().remove(key(written, Checkpoint.MANIFEST));

        CheckpointException missing = catchThrowableOfType(
                CheckpointException.class, () -> at(there).fetch(uri.toString(), written.sha256()));

        assertThat(missing.kind()).isEqualTo(CheckpointException.Kind.MISSING);
    }

    @Test
    void shouldDeleteHereAndThereWhenAVersionGoes() throws Exception {
        Checkpoint.Written first = Samples.write(here, 1);
        Checkpoint.Written second = Samples.write(here, 2);
        store.put(first);
        store.put(second);
        assertThat(store.list())
                .extracting(CheckpointStore.Stored::name)
                .containsExactlyInAnyOrder(first.versionId(), second.versionId());

        store.delete(first.versionId());
        store.delete(first.versionId());

        assertThat(store.list()).extracting(CheckpointStore.Stored::name).containsExactly(second.versionId());
        assertThat(s3.objects().keySet()).allMatch(key -> key.contains(second.versionId()));
        assertThat(entries(here)).containsExactly(second.versionId());
        assertThat(s3.requests().stream()
                        .filter(r -> r.startsWith("DELETE"))
                        .findFirst()
                        .orElseThrow())
                .endsWith(Checkpoint.MANIFEST);
    }

    @Test
    void shouldListWhatIsThereAloneWhenThisMachineIsNew() throws Exception {
        Checkpoint.Written written = Samples.write(here, 1);
        store.put(written);

        try (CheckpointStore other = at(there)) {
            assertThat(other.list()).extracting(CheckpointStore.Stored::name).containsExactly(written.versionId());
            other.delete(written.versionId());
        }
        assertThat(s3.objects()).isEmpty();
    }

    @Test
    void shouldRefuseWhenAManifestNamesAPlaceOutsideTheStore() {
        assertRefused(() -> store.fetch("s3://bucket/other/m/step-1-00", "0"), "outside touchstone.checkpoint-store");
    }

    private CheckpointStore at(Path folder) {
        return CheckpointStore.open(Samples.settings("s3://bucket/models", s3.endpoint()), folder, "m");
    }

    private interface Asked {
        void run() throws Exception;
    }

    private static StoreException assertRefused(Asked asked, String... words) {
        StoreException refusal = catchThrowableOfType(StoreException.class, asked::run);
        assertThat(refusal).hasMessageContainingAll(words);
        assertThat(refusal.refused()).isTrue();
        return refusal;
    }

    private String lastPut() {
        return s3.requests().stream()
                .filter(request -> request.startsWith("PUT"))
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private static String key(Checkpoint.Written written, String file) {
        return "models/m/" + written.versionId() + "/" + file;
    }

    private static String uri(Checkpoint.Written written) {
        return "s3://bucket/models/m/" + written.versionId();
    }

    private static List<String> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
