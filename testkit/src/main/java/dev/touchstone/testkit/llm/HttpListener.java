package dev.touchstone.testkit.llm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Thread-safe. A port on loopback with a thread per connection, which can stop to listen and begin again. The JDK's own server
 * can neither cut a connection in the middle of an answer nor refuse connections for a while.
 */
final class HttpListener {
    private static final int BACKLOG = 4_096;
    private static final int STACK_BYTES = 256 << 10;
    private static final byte[] BAD_REQUEST =
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Handler handler;
    private final InetSocketAddress address;
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private @Nullable Acceptor acceptor;
    private @Nullable Socket holder;

    /** A socket that listens, and the thread that takes its connections. */
    private record Acceptor(ServerSocket server, Thread thread) {}

    /** What is done with each request. */
    interface Handler {
        /**
         * Answers one request.
         *
         * @return whether the connection can take another one
         */
        boolean handle(HttpConnection connection, HttpConnection.Request request) throws IOException;
    }

    /** Listens at once. Port 0 is a free one. */
    HttpListener(int port, Handler handler) throws IOException {
        this.handler = handler;
        ServerSocket first = open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), first.getLocalPort());
        begin(first);
    }

    int port() {
        return address.getPort();
    }

    synchronized void listen() throws IOException {
        if (acceptor == null) {
            release();
            begin(open(address));
        }
    }

    /** Resets every connection and refuses new ones, without losing the port. */
    synchronized void stop() {
        if (acceptor == null) {
            return;
        }
        cut();
        try {
            // A socket that is bound and does not listen: connections are refused, and nobody else gets the port. Not
            // even a client's own end, which the kernel would otherwise choose one day and connect to itself.
            Socket bound = new Socket();
            holder = bound;
            bound.setReuseAddress(true);
            bound.bind(address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void close() {
        cut();
        release();
    }

    private static ServerSocket open(InetSocketAddress address) throws IOException {
        ServerSocket opened = new ServerSocket();
        opened.setReuseAddress(true);
        opened.bind(address, BACKLOG);
        return opened;
    }

    private synchronized void begin(ServerSocket opened) {
        Thread thread = thread(() -> accept(opened), "accept");
        acceptor = new Acceptor(opened, thread);
        thread.start();
    }

    private void cut() {
        if (acceptor != null) {
            closeQuietly(acceptor.server());
            // A thread that is still within accept keeps the closed socket listening.
            join(acceptor.thread());
            acceptor = null;
        }
        connections.forEach(HttpConnection::cut);
    }

    private void release() {
        if (holder != null) {
            closeQuietly(holder);
            holder = null;
        }
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                HttpConnection connection = new HttpConnection(from.accept());
                connections.add(connection);
                thread(() -> serve(connection), "connection").start();
            } catch (IOException e) {
                // Closed, which ends the loop, or out of file handles, which passes.
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private void serve(HttpConnection connection) {
        try (connection) {
            boolean open = true;
            while (open) {
                open = serveNext(connection);
            }
        } catch (IOException e) {
            // The client has gone or was cut off: the log says which call that ended.
        } finally {
            connections.remove(connection);
        }
    }

    private boolean serveNext(HttpConnection connection) throws IOException {
        try {
            HttpConnection.Request request = connection.read();
            return request != null && handler.handle(connection, request) && !request.isLast();
        } catch (ProtocolException e) {
            connection.write(BAD_REQUEST);
            return false;
        }
    }

    private Thread thread(Runnable work, String name) {
        Thread thread = new Thread(null, work, "fake-llm-" + port() + "-" + name, STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is of no use any more, which is all that was wanted.
        }
    }
}
