package dev.touchstone.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What a file, or a part of one, holds.
 *
 * @param size bytes
 * @param sha256 hexadecimal
 * @param md5 in base 64, as in the header that makes a server refuse any other content
 */
record Content(long size, String sha256, String md5) {
    /** Reads a file. */
    static Content of(Path file) throws StoreException {
        try {
            return of(Files.newInputStream(file));
        } catch (IOException | UncheckedIOException e) {
            throw new StoreException(true, file + " could not be read: " + e + ".", e);
        }
    }

    /** Reads a stream to its end and closes it. */
    static Content of(InputStream stream) {
        try (stream) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            byte[] piece = new byte[1 << 16];
            long size = 0;
            for (int count = stream.read(piece); count >= 0; count = stream.read(piece)) {
                sha256.update(piece, 0, count);
                md5.update(piece, 0, count);
                size += count;
            }
            return new Content(
                    size,
                    HexFormat.of().formatHex(sha256.digest()),
                    Base64.getEncoder().encodeToString(md5.digest()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java lacks a digest that every Java has", e);
        }
    }
}
