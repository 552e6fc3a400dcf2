package dev.touchstone.schemas.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.schemas.UserError;
import java.util.Map;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;

/** That the services write so, with the keys of the records at hand, is shown by StackIT. */
class JsonLogsTest {
    @Test
    void shouldWriteOneObjectALineWhenThereAreKeysQuotesAndAnException() throws Exception {
        ExtLogRecord record = new ExtLogRecord(
                Level.WARN, "A \"record\"\nof %s", ExtLogRecord.FormatStyle.PRINTF, JsonLogsTest.class.getName());
        record.setParameters(new Object[] {"two lines"});
        record.setLoggerName("dev.touchstone.test");
        record.setMdc(Map.of(LogContext.COMPLETION_ID, "c-1", LogContext.OFFSET, "7"));
        record.setThrown(new IllegalStateException("broken"));

        String line = new JsonLogs("scorer").format(record);

        assertThat(line).endsWith("}\n").hasLineCount(1);
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.get("message").asText()).isEqualTo("A \"record\"\nof two lines");
        assertThat(json.get("level").asText()).isEqualTo("WARN");
        assertThat(json.get("service").asText()).isEqualTo("scorer");
        assertThat(json.get("logger").asText()).isEqualTo("dev.touchstone.test");
        assertThat(json.get("timestamp").asText()).endsWith("Z");
        assertThat(json.get("completionId").asText()).isEqualTo("c-1");
        assertThat(json.get("offset").asText()).isEqualTo("7");
        assertThat(json.get("exception").asText()).isEqualTo("java.lang.IllegalStateException");
        assertThat(json.get("stackTrace").asText()).contains("broken").contains("JsonLogsTest");
    }

    @Test
    void shouldSaySoWhenTheFormatIsNone() {
        assertThatThrownBy(() -> JsonLogs.install("xml", "scorer"))
                .isInstanceOf(UserError.class)
                .hasMessage("touchstone.log-format is 'xml': use text or json.");
    }
}
