package dev.touchstone.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same on a server of somebody else's: {@code -Dtest.s3.store=s3://bucket/prefix}, {@code -Dtest.s3.endpoint=URL}, keys
 * as the SDK finds them. Skipped, and reported so, where there is none.
 */
@EnabledIfSystemProperty(named = "test.s3.store", matches = "s3://.+")
class RealS3Test {
    @TempDir
    Path temporary;

    @Test
    void shouldPutFetchSetAsideAndDeleteWhenTheServerIsReal() throws Exception {
        StoreSettings settings = settings();
        String model = "test-" + UUID.randomUUID();
        try (CheckpointStore here = CheckpointStore.open(settings, temporary.resolve("here"), model);
                CheckpointStore there = CheckpointStore.open(settings, temporary.resolve("there"), model)) {
            Checkpoint.Written written = Samples.write(here.folder(), 1);
            URI uri = here.put(written);
            here.put(written);
            assertThat(there.fetch(uri.toString(), written.sha256()).sha256()).isEqualTo(written.sha256());
            there.setAside(written.versionId());
            assertThat(there.list()).isEmpty();
            here.put(written);
            there.delete(written.versionId());
            assertThat(there.list()).isEmpty();
        }
    }

    @Test
    void shouldReadWhatWasSentInPartsWhenTheServerIsReal() throws Exception {
        byte[] bytes = new byte[12 << 20];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(temporary.resolve("large"), bytes);
        Content content = Content.of(file);
        S3Location place = settings().location().child("test-" + UUID.randomUUID());
        S3Location copy = place.child("copy");
        try (S3Objects objects = S3Objects.connect(settings(), 5 << 20, 5L << 30)) { // no server takes smaller parts
            objects.put(place.child("large"), file, content);
            objects.put(place.child("large"), file, content);
            assertThat(objects.holds(place.child("large"), content)).isTrue();
            objects.copy(objects.list(place).get(0), copy);
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            objects.read(copy, piece -> read.write(piece.array(), piece.arrayOffset(), piece.limit()));
            assertThat(read.toByteArray()).isEqualTo(bytes);
            objects.delete(place.child("large"));
            objects.delete(copy);
            assertThat(objects.list(place)).isEmpty();
        }
    }

    private static StoreSettings settings() {
        return StoreSettings.of(
                Optional.of(System.getProperty("test.s3.store")),
                Optional.ofNullable(System.getProperty("test.s3.endpoint")),
                Optional.ofNullable(System.getProperty("test.s3.region")),
                Optional.empty());
    }
}
