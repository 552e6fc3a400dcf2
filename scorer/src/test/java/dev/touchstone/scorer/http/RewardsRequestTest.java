package dev.touchstone.scorer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.touchstone.schemas.v1.Message;
import dev.touchstone.scorer.model.ModelInput;
import dev.touchstone.scorer.scoring.Candidate;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RewardsRequestTest {
    @Test
    void shouldReadEveryFormWhenTheRequestIsRight() {
        String items = """
                [{"id": "a", "prompt": "Hi", "completion": "Hello", "critique": "Fine."},
                 {"prompt": [{"role": "system", "content": ""}, {"role": "user", "content": "Hi"}],
                  "completion": "Hello", "critique": null}]""";
        RewardsRequest bare = parse(items);
        assertThat(parse("{\"items\": " + items + "}")).isEqualTo(bare);
        Candidate first = bare.items().get(0).candidate();
        assertThat(bare.items().get(0).id()).isEqualTo("a");
        assertThat(first.text())
                .isEqualTo(new ModelInput.Conversation(List.of(new Message("user", "Hi")), "Hello", null));
        assertThat(first.critique().text()).isEqualTo("Fine.");
        assertThat(bare.items().get(1).id()).isNull();
        assertThat(bare.items().get(1).candidate().text())
                .isInstanceOfSatisfying(
                        ModelInput.Conversation.class,
                        text -> assertThat(text.prompt()).hasSize(2));
        assertThat(bare.items().get(1).candidate().critique()).isNull();
        assertThat(parse("[]").items()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
                    {                                                                          | malformed_json   | line 1
                    [1] 2                                                                      | malformed_json   | not JSON
                    [{"prompt":"a","prompt":"b","completion":"c"}]                             | malformed_json   | not JSON
                    {}                                                                         | missing_field    | 'items'
                    {"item": []}                                                               | unknown_field    | 'item'
                    7                                                                          | invalid_field    | neither
                    [7]                                                                        | invalid_field    | Item 0
                    [{"prompt":"a","completion":"b"},{"completion":"b"}]                       | missing_field    | Item 1 has no 'prompt'
                    [{"prompt":"a"}]                                                           | missing_field    | Item 0 has no 'completion'
                    [{"prompt":"a","completion":null}]                                         | missing_field    | 'completion'
                    [{"prompt":"a","completion":" "}]                                          | empty_completion | Item 0
                    [{"prompt":"a","completion":5}]                                            | invalid_field    | 'completion'
                    [{"prompt":"","completion":"b"}]                                           | invalid_field    | last turn
                    [{"prompt":[],"completion":"b"}]                                           | invalid_field    | no turn
                    [{"prompt":5,"completion":"b"}]                                            | invalid_field    | neither a text
                    [{"prompt":["a"],"completion":"b"}]                                        | invalid_field    | turn 0
                    [{"prompt":[{"role":"user"}],"completion":"b"}]                            | missing_field    | 'content'
                    [{"prompt":[{"role":"boss","content":"a"}],"completion":"b"}]              | invalid_field    | role
                    [{"prompt":"a","completion":"b","critique":""}]                            | invalid_field    | critique
                    [{"prompt":"a","completion":"b","critque":"c"}]                            | unknown_field    | 'critque'
                    [{"prompt":"a","completion":"b","id":1}]                                   | invalid_field    | 'id'
                    """)
    void shouldSayWhatIsWrongWhenTheRequestIsNot(String body, String code, String part) {
        ApiException refused = catchThrowableOfType(ApiException.class, () -> parse(body));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().error().code()).isEqualTo(code);
        assertThat(refused.error().error().message()).contains(part);
    }

    @Test
    void shouldRefuseWhenThereIsNoBodyOrBytesAreNoText() {
        assertThat(catchThrowableOfType(ApiException.class, () -> RewardsRequest.parse(new byte[0], 4))
                        .error()
                        .error()
                        .code())
                .isEqualTo("malformed_json");
        byte[] broken = {'[', '"', (byte) 0xC3, (byte) 0x28, '"', ']'};
        assertThat(catchThrowableOfType(ApiException.class, () -> RewardsRequest.parse(broken, 4))
                        .error()
                        .error()
                        .code())
                .isEqualTo("malformed_json");
    }

    @Test
    void shouldRefuseWhenThereAreTooManyItems() {
        String item = "{\"prompt\":\"a\",\"completion\":\"b\"}";
        ApiException refused = catchThrowableOfType(
                ApiException.class, () -> parse("[" + String.join(",", java.util.Collections.nCopies(5, item)) + "]"));
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.error().error().code()).isEqualTo("too_many_items");
        assertThat(parse("[" + String.join(",", java.util.Collections.nCopies(4, item)) + "]")
                        .items())
                .hasSize(4);
    }

    private static RewardsRequest parse(String body) {
        return RewardsRequest.parse(body.getBytes(StandardCharsets.UTF_8), 4);
    }
}
