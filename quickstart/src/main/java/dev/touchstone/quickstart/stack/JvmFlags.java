package dev.touchstone.quickstart.stack;

/** Flags of the JVM that services and their benchmarks are started with alike. */
public final class JvmFlags {
    /**
     * Java's HTTP client keeps a buffer of this size for each connection that has brought an answer, 16 KiB where nothing is
     * said; a critic has a thousand connections, and answers of one or two KiB.
     */
    public static final String SMALL_HTTP_BUFFERS = "-Djdk.httpclient.bufsize=2048";

    private JvmFlags() {}
}
