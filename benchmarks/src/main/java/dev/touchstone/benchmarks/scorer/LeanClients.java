package dev.touchstone.benchmarks.scorer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Confined to one thread. Clients of one server on a connection each, which send ready-made requests and look at no more of an
 * answer than its status and length: they share the cores with the server that is measured, and must take little of them.
 */
final class LeanClients implements AutoCloseable {
    private static final int LARGEST_ANSWER = 64 << 10;
    private static final long PATIENCE_MS = 60_000;

    private final Selector selector;
    private final List<Client> clients = new ArrayList<>();
    private List<byte[]> requests = List.of();
    private double[] latencies = {};
    private int next;
    private int answered;

    /**
     * What was measured.
     *
     * @param millis of all requests together
     * @param latencies of each request, milliseconds
     */
    record Round(double millis, double[] latencies) {}

    private static final class Client {
        final SocketChannel channel;
        final ByteBuffer answer = ByteBuffer.allocate(LARGEST_ANSWER);

        @Nullable
        ByteBuffer request;

        int number;
        long sentAt;

        Client(SocketChannel channel) {
            this.channel = channel;
        }
    }

    LeanClients(URI server, int number) throws IOException {
        selector = Selector.open();
        for (int i = 0; i < number; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            Client client = new Client(channel);
            clients.add(client);
            channel.register(selector, SelectionKey.OP_READ, client);
        }
    }

    /** A whole request as it goes over the wire. */
    static byte[] post(URI server, String path, byte[] json) {
        String head = "POST " + path + " HTTP/1.1\r\nHost: " + server.getAuthority()
                + "\r\nContent-Type: application/json\r\nContent-Length: " + json.length + "\r\n\r\n";
        byte[] bytes = head.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(bytes.length + json.length)
                .put(bytes)
                .put(json)
                .array();
    }

    /**
     * Sends every request once, each client the next one as soon as it has its answer.
     *
     * @throws IllegalStateException if an answer is no 200, or none comes for a minute
     */
    Round ask(List<byte[]> all) throws IOException {
        requests = all;
        latencies = new double[all.size()];
        next = 0;
        answered = 0;
        long begun = System.nanoTime();
        for (Client client : clients) {
            sendNext(client);
        }
        while (answered < requests.size()) {
            if (selector.select(key -> handle((Client) key.attachment(), key), PATIENCE_MS) == 0) {
                throw new IllegalStateException("The scorer did not answer for " + PATIENCE_MS / 1_000 + " s");
            }
        }
        return new Round((System.nanoTime() - begun) / 1e6, latencies);
    }

    private void handle(Client client, SelectionKey key) {
        try {
            ByteBuffer request = client.request;
            if (request != null && request.hasRemaining()) {
                client.channel.write(request);
                key.interestOps(interest(client));
            } else if (client.channel.read(client.answer) < 0) {
                throw new IllegalStateException("The scorer closed a connection");
            } else if (isWhole(client.answer)) {
                latencies[client.number] = (System.nanoTime() - client.sentAt) / 1e6;
                answered++;
                client.answer.clear();
                sendNext(client);
            }
        } catch (IOException e) {
            throw new IllegalStateException("A connection to the scorer failed", e);
        }
    }

    private void sendNext(Client client) throws IOException {
        if (next == requests.size()) {
            client.request = null;
            return;
        }
        client.number = next++;
        client.sentAt = System.nanoTime();
        ByteBuffer request = ByteBuffer.wrap(requests.get(client.number));
        client.request = request;
        client.channel.write(request);
        SelectionKey key = client.channel.keyFor(selector);
        if (key != null) {
            key.interestOps(interest(client));
        }
    }

    private static int interest(Client client) {
        ByteBuffer request = client.request;
        return request != null && request.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    }

    private static boolean isWhole(ByteBuffer answer) {
        String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        if (!text.startsWith("HTTP/1.1 200 ")) {
            throw new IllegalStateException("The scorer answered " + text);
        }
        String head = text.substring(0, end).toLowerCase(Locale.ROOT);
        int length = head.indexOf("content-length:");
        if (length < 0) {
            throw new IllegalStateException("The scorer did not say how long its answer is");
        }
        int lineEnd = head.indexOf('\r', length);
        String number = head.substring(length + "content-length:".length(), lineEnd < 0 ? head.length() : lineEnd);
        return answer.position() >= end + 4 + Integer.parseInt(number.strip());
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            client.channel.close();
        }
        selector.close();
    }
}
