package dev.touchstone.critique.critic;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** Thread-safe. A request's body that knows whether any of it was asked for: before that, nothing reached the endpoint. */
final class WatchedBody implements BodyPublisher {
    private final BodyPublisher body;
    private volatile boolean askedFor;

    WatchedBody(BodyPublisher body) {
        this.body = body;
    }

    boolean wasAskedFor() {
        return askedFor;
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        askedFor = true;
        body.subscribe(subscriber);
    }
}
