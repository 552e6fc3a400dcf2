package dev.touchstone.producers.ingest;

import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/** Reads preference pairs with an explicit prompt, as TRL's reward trainer takes them, plain or conversational. */
final class PairReader implements RecordReader<PreferencePair> {
    private final Fields fields;
    private final String source;
    private final Clock clock;

    /** Names of the fields. */
    record Fields(
            String prompt,
            String chosen,
            String rejected,
            String id,
            String margin,
            String strength,
            String tie,
            String preference,
            String source) {}

    /** @param source the source of lines that name none */
    PairReader(Fields fields, String source, Clock clock) {
        this.fields = fields;
        this.source = source;
        this.clock = clock;
    }

    @Override
    public Parsed<PreferencePair> read(JsonLine line) throws RejectedException {
        List<Message> prompt = line.prompt(fields.prompt());
        String chosen = line.completion(fields.chosen(), prompt);
        String rejected = line.completion(fields.rejected(), prompt);
        Preference preference = preference(line);
        OptionalDouble margin = line.number(fields.margin());
        OptionalDouble strength = line.number(fields.strength());
        String from = line.text(fields.source()).orElse(source);
        Optional<String> given = line.id(fields.id());
        UUID id = given.isPresent() ? Ids.ofForeign(from, given.get()) : Ids.ofPair(prompt, chosen, rejected);
        PreferencePair pair = PreferencePair.newBuilder()
                .setPairId(id)
                .setPrompt(prompt)
                .setChosen(chosen)
                .setRejected(rejected)
                .setPreference(preference)
                .setMargin(margin.isPresent() ? (Double) margin.getAsDouble() : null)
                .setStrength(strength.isPresent() ? (Double) strength.getAsDouble() : null)
                .setSource(from)
                .setLabelledAt(clock.instant().truncatedTo(ChronoUnit.MICROS))
                .build();
        String hash = Ids.contentHash(
                "pair",
                Ids.flatten(prompt),
                List.of(chosen, rejected, preference.name(), margin.toString(), strength.toString()));
        return new Parsed<>(pair, id, hash);
    }

    private Preference preference(JsonLine line) throws RejectedException {
        boolean tie = line.flag(fields.tie());
        Optional<String> label = line.text(fields.preference());
        if (label.isEmpty()) {
            return tie ? Preference.TIE : Preference.CHOSEN;
        }
        Preference preference = switch (label.get().toLowerCase(Locale.ROOT)) {
            case "chosen" -> Preference.CHOSEN;
            case "tie" -> Preference.TIE;
            case "unknown" -> Preference.UNKNOWN;
            default ->
                throw JsonLine.wrongType("The field " + fields.preference() + " is none of chosen, tie, unknown.");
        };
        if (tie && preference != Preference.TIE) {
            throw JsonLine.wrongType(
                    "The fields " + fields.tie() + " and " + fields.preference() + " contradict each other.");
        }
        return preference;
    }
}
