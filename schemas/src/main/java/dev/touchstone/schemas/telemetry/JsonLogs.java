package dev.touchstone.schemas.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.touchstone.schemas.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;

/**
 * Thread-safe. Log lines as JSON, one object each, for what collects the logs of containers: timestamp (UTC), level, service,
 * logger, thread, message, the keys of the MDC as members of their own, and the stack of what was thrown. For services that
 * log through JBoss' log manager, as those on Quarkus do.
 */
public final class JsonLogs extends ExtFormatter {
    private static final JsonFactory JSON = new JsonFactory();

    private final String service;

    JsonLogs(String service) {
        this.service = service;
    }

    /**
     * As the setting {@code touchstone.log-format} says: from now on every handler of this process writes so.
     *
     * @param format {@code text} or {@code json}
     * @param service name of the service
     * @throws UserError if the format is neither
     */
    public static void install(String format, String service) {
        if (format.equals("text")) {
            return;
        }
        if (!format.equals("json")) {
            throw new UserError("touchstone.log-format is '" + format + "': use text or json.");
        }
        JsonLogs formatter = new JsonLogs(service);
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            install(handler, formatter);
        }
    }

    /** Quarkus puts its handlers below one that waits for its configuration. */
    private static void install(Handler handler, JsonLogs formatter) {
        handler.setFormatter(formatter);
        if (handler instanceof ExtHandler parent) {
            for (Handler child : parent.getHandlers()) {
                install(child, formatter);
            }
        }
    }

    @Override
    public String format(ExtLogRecord record) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("timestamp", record.getInstant().toString());
            json.writeStringField("level", String.valueOf(record.getLevel()));
            json.writeStringField("service", service);
            json.writeStringField("logger", record.getLoggerName());
            json.writeStringField("thread", record.getThreadName());
            json.writeStringField("message", formatMessage(record));
            for (Map.Entry<String, String> key : new TreeMap<>(record.getMdcCopy()).entrySet()) {
                json.writeStringField(key.getKey(), key.getValue());
            }
            Throwable thrown = record.getThrown();
            if (thrown != null) {
                json.writeStringField("exception", thrown.getClass().getName());
                json.writeStringField("stackTrace", stack(thrown));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.append('\n').toString();
    }

    private static String stack(Throwable thrown) {
        StringWriter stack = new StringWriter();
        thrown.printStackTrace(new PrintWriter(stack, true));
        return stack.toString();
    }
}
