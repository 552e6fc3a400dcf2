package dev.touchstone.quickstart.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.quickstart.topic.TopicUpToNow;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.Decoded;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.kafka.RecordDecoder;
import dev.touchstone.schemas.v1.Critique;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import java.io.IOException;
import java.io.Writer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Confined to one thread. Writes the critiqued pairs that lie on the topic when it begins as JSON lines: conversational preference data with
 * an explicit prompt, as TRL's reward trainer and {@code ./touchstone ingest pairs} take it. Ties are left out, for they prefer no side.
 */
public final class PairExport {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The turn that a model of Llama's kind is shown behind a completion, as the reward model writes it. */
    private static final String CRITIQUE = "Critique:\n";

    private static final String NO_CRITIQUE = "<no_critique>";

    private final KafkaSettings settings;
    private final String topic;
    private final Critiques critiques;
    private final RecordDecoder<CritiquedPair> decoder;
    private long pairs;
    private long ties;
    private long unreadable;

    /** What becomes of critiques. */
    public enum Critiques {
        /** They are left out. */
        NONE,
        /** Fields of their own, {@code chosenCritique} and {@code rejectedCritique}, null where there is none. */
        FIELDS,
        /** One more turn of the user on each side, as a model of Llama's kind reads it. */
        TURN
    }

    /**
     * What was found.
     *
     * @param pairs written
     * @param ties left out, with those whose preference this version does not know
     * @param unreadable records that are no critiqued pair
     * @param end up to where the topic was read, such as 0:120,1:98
     */
    public record Count(long pairs, long ties, long unreadable, String end) {}

    /** Hears how far reading is. */
    @FunctionalInterface
    public interface Progress {
        /** Called often: records read of how many, and pairs written. */
        void at(long done, long total, long written);
    }

    /**
     * For one run.
     *
     * @param topic of critiqued pairs; it exists
     */
    public PairExport(KafkaSettings settings, String topic, Critiques critiques) {
        this.settings = settings;
        this.topic = topic;
        this.critiques = critiques;
        decoder = settings.decoder(CritiquedPair.class);
    }

    /**
     * Writes all pairs, in the order of each partition.
     *
     * @throws UserError if no record comes any more before the end
     */
    public Count run(Writer out, Progress progress) throws IOException {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.byteConsumer())) {
            TopicUpToNow records = new TopicUpToNow(consumer, settings, topic, "pair");
            while (records.hasNext()) {
                for (ConsumerRecord<byte[], byte[]> record : records.next()) {
                    write(out, record);
                }
                progress.at(records.done(), records.total(), pairs);
            }
            return new Count(pairs, ties, unreadable, records.end());
        }
    }

    private void write(Writer out, ConsumerRecord<byte[], byte[]> record) throws IOException {
        if (!(decoder.decode(record.topic(), record.value()) instanceof Decoded.Valid<CritiquedPair> valid)) {
            unreadable++;
        } else if (valid.value().getPair().getPreference() != Preference.CHOSEN) {
            ties++;
        } else {
            pairs++;
            out.write(line(valid.value()).toString());
            out.write('\n');
        }
    }

    private ObjectNode line(CritiquedPair critiqued) {
        PreferencePair pair = critiqued.getPair();
        Optional<String> chosen = first(critiqued.getChosenCritiques());
        Optional<String> rejected = first(critiqued.getRejectedCritiques());
        ObjectNode line = JSON.createObjectNode();
        ArrayNode prompt = line.putArray("prompt");
        for (Message turn : pair.getPrompt()) {
            prompt.add(turn(turn.getRole(), turn.getContent()));
        }
        line.set("chosen", side(pair.getChosen(), chosen));
        line.set("rejected", side(pair.getRejected(), rejected));
        line.put("pairId", pair.getPairId().toString());
        line.put("source", pair.getSource());
        if (critiques == Critiques.FIELDS) {
            line.put("chosenCritique", chosen.orElse(null));
            line.put("rejectedCritique", rejected.orElse(null));
        }
        return line;
    }

    private ArrayNode side(String completion, Optional<String> critique) {
        ArrayNode side = JSON.createArrayNode().add(turn("assistant", completion));
        return critiques == Critiques.TURN
                ? side.add(turn(
                        "user", critique.map(text -> CRITIQUE + text.strip()).orElse(NO_CRITIQUE)))
                : side;
    }

    private static ObjectNode turn(String role, String content) {
        return JSON.createObjectNode().put("role", role).put("content", content);
    }

    /** The first sample, as the trainer reads it. */
    private static Optional<String> first(List<Critique> samples) {
        return samples.stream()
                .min(Comparator.comparingInt(Critique::getSample))
                .map(Critique::getText);
    }
}
