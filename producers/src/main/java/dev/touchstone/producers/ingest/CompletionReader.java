package dev.touchstone.producers.ingest;

import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads completions that want a reward. */
final class CompletionReader implements RecordReader<Completion> {
    private final Fields fields;
    private final String source;
    private final Clock clock;

    /** Names of the fields. */
    record Fields(String prompt, String completion, String id, String policyVersion, String groupId, String source) {}

    /** @param source the source of lines that name none */
    CompletionReader(Fields fields, String source, Clock clock) {
        this.fields = fields;
        this.source = source;
        this.clock = clock;
    }

    @Override
    public Parsed<Completion> read(JsonLine line) throws RejectedException {
        List<Message> prompt = line.prompt(fields.prompt());
        String text = line.completion(fields.completion(), prompt);
        Optional<String> policyVersion = line.id(fields.policyVersion());
        Optional<String> groupId = line.id(fields.groupId());
        String from = line.text(fields.source()).orElse(source);
        Optional<String> given = line.id(fields.id());
        String policy = policyVersion.orElse("");
        UUID id = given.isPresent() ? Ids.ofForeign(from, given.get()) : Ids.ofCompletion(prompt, text, policy, 0);
        Completion completion = Completion.newBuilder()
                .setCompletionId(id)
                .setPrompt(prompt)
                .setCompletion(text)
                .setPolicyVersion(policyVersion.orElse(null))
                .setGroupId(groupId.orElse(null))
                .setSource(from)
                .setCreatedAt(clock.instant().truncatedTo(ChronoUnit.MICROS))
                .build();
        String hash = Ids.contentHash("completion", Ids.flatten(prompt), List.of(text, policy));
        return new Parsed<>(completion, id, hash);
    }
}
