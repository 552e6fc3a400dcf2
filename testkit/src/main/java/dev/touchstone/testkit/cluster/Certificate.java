package dev.touchstone.testkit.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate for this machine's loopback address that only its own file vouches for, made by the JDK's {@code keytool}.
 *
 * @param keyStore PKCS12 file with key and certificate
 * @param pem the certificate alone, also for those that are to trust it
 * @param key its private key, PEM
 */
public record Certificate(Path keyStore, Path pem, Path key) {
    /** Of the store and of the key in it. */
    public static final String PASSWORD = "not-a-secret";

    /**
     * Makes one, good for a day.
     *
     * @param folder where its files go; it exists
     */
    public static Certificate in(Path folder) {
        Path keyStore = folder.resolve("server.p12");
        Path pem = folder.resolve("server.pem");
        keytool(
                keyStore,
                List.of("-genkeypair", "-keyalg", "EC", "-validity", "1", "-dname", "CN=localhost"),
                List.of("-ext", "san=ip:127.0.0.1,dns:localhost"));
        keytool(keyStore, List.of("-exportcert", "-rfc", "-file", pem.toString()), List.of());
        Path key = folder.resolve("server.key");
        exportKey(keyStore, key);
        return new Certificate(keyStore, pem, key);
    }

    private static void exportKey(Path keyStore, Path file) {
        try {
            char[] password = PASSWORD.toCharArray();
            Key key = KeyStore.getInstance(keyStore.toFile(), password).getKey("server", password);
            String base64 = Base64.getMimeEncoder().encodeToString(key.getEncoded());
            Files.writeString(file, "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The key of " + keyStore + " cannot be read", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void keytool(Path keyStore, List<String> order, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(order);
        command.addAll(more);
        command.addAll(List.of(
                "-alias", "server", "-keystore", keyStore.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (OutputStream unused = process.getOutputStream();
                    InputStream said = process.getInputStream()) {
                String output = new String(said.readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0 || !Files.exists(keyStore)) {
                    throw new IllegalStateException("keytool made no certificate: " + output);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a certificate was made", e);
        }
    }
}
