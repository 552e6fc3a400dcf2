package dev.touchstone.trainer.report;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread-safe: {@link #accept} only puts a report in a queue, and a thread of its own sends it. Logs the figures of a model to one run of
 * an MLflow server, which is gone on with after a restart. A server that is away, slow or refusing costs reports, never
 * training: each report is tried once, the oldest waiting one gives way to a new one, and there is a warning once per minute.
 */
public final class Mlflow implements Reports.Destination {
    private static final Logger LOG = LoggerFactory.getLogger(Mlflow.class);
    private static final int MOST_WAITING = 64;
    /** So long a stop waits for what is still to be sent. */
    private static final Duration PARTING = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofMillis(200);

    private final MlflowSettings settings;
    private final MlflowApi api;
    private final Warnings warnings;
    private final BlockingQueue<Report> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread sender;
    private volatile boolean closing;
    private @Nullable String run;

    /** Starts the thread; nothing is sent before the first report. */
    public Mlflow(MlflowSettings settings) {
        this(settings, System::nanoTime);
    }

    Mlflow(MlflowSettings settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.api = new MlflowApi(settings);
        this.warnings = new Warnings(LOG, nanoTime);
        this.sender = new Thread(this::send, "mlflow");
        sender.setDaemon(true);
        sender.start();
    }

    @Override
    public void accept(Report report) {
        while (!waiting.offer(report)) {
            waiting.poll();
        }
    }

    /** Sends what is waiting, for two seconds at most, and says that the run has ended. */
    @Override
    public void close() {
        closing = true;
        try {
            sender.join(PARTING.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sender.interrupt();
    }

    int waiting() {
        return waiting.size();
    }

    private void send() {
        @Nullable Report last = null;
        try {
            while (true) {
                Report report = waiting.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
                if (report != null) {
                    send(report);
                    last = report;
                } else if (closing) {
                    if (run != null && last != null) {
                        finish(run, last);
                    }
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The stop did not wait for MLflow any longer");
        }
    }

    private void send(Report report) throws InterruptedException {
        try {
            if (run == null) {
                run = api.run(api.experiment(), report.modelId(), report.at());
            }
            api.log(run, report);
        } catch (IOException | RuntimeException e) {
            run = null; // it may have been deleted: look it up again
            warn(e);
        }
    }

    private void finish(String ended, Report last) throws InterruptedException {
        try {
            api.finish(ended, last.at());
        } catch (IOException | RuntimeException e) {
            warn(e);
        }
    }

    private void warn(Exception failure) {
        warnings.warn("MLflow at " + settings.uri() + " has not taken the figures, training goes on: " + failure + ".");
    }
}
