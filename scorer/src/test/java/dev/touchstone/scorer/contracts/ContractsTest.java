package dev.touchstone.scorer.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.RewardStatus;
import dev.touchstone.scorer.Fixtures;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.ModelInput;
import dev.touchstone.scorer.model.ModelInput.Conversation;
import dev.touchstone.scorer.model.ModelInput.Templated;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.Outcome;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests as the trainers' and servers' own clients write them, and what these clients read of the answers. */
class ContractsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Clock CLOCK = Clock.fixed(Fixtures.NOW, ZoneOffset.UTC);
    private static final ModelInfo MODEL = ModelInfo.of(Fixtures.manifest("step-7", 7, "file:///none", "sha"));

    @Test
    void shouldAnswerOpenRlhfWithEqualListsOfNumbers() throws Exception {
        OpenRlhf contract = new OpenRlhf();
        JsonNode request =
                json("{'query':['<|user|>2+2?<|assistant|>4','no prefix'],'prompts':['<|user|>2+2?<|assistant|>','x'],"
                        + "'labels':[null,'4']}");
        assertThat(texts(contract, request))
                .containsExactly(new Templated("<|user|>2+2?<|assistant|>", "4"), new Templated("", "no prefix"));
        JsonNode answer = contract.answer(request, scored(0.5, -0.5));
        assertThat(answer.path("rewards")).hasSize(2).allMatch(JsonNode::isNumber);
        assertThat(answer.path("rewards").path(0).asDouble()).isEqualTo(0.5);
        assertThat(answer.path("scores")).hasSize(2).allMatch(s -> s.asDouble() > 0 && s.asDouble() < 1);
        // torch.tensor() of any of its logs.
        assertThat(answer.path("extra_logs"))
                .allSatisfy(log -> assertThat(log).hasSize(2).allMatch(JsonNode::isNumber));
    }

    @Test
    void shouldAnswerOpenRlhfWithEmptyListsWhenAnotherServerHasTheSample() throws Exception {
        JsonNode request = json("{'query':[],'prompts':[],'labels':[]}");
        assertThat(texts(new OpenRlhf(), request)).isEmpty();
        assertThat(new OpenRlhf().answer(request, scored()).toString())
                .isEqualTo("{\"rewards\":[],\"scores\":[],\"extra_logs\":{\"touchstone_logit\":[]}}");
    }

    @Test
    void shouldAnswerSlimeWithANumberOrAnObject() throws Exception {
        JsonNode templated = json("{'prompt':'<|user|>2+2?','response':'4','label':'4'}");
        JsonNode turns = json("{'prompt':[{'role':'user','content':'2+2?'}],'response':'4','label':null}");
        assertThat(texts(new Slime(true), templated)).containsExactly(new Templated("<|user|>2+2?", "4"));
        assertThat(texts(new Slime(false), turns)).containsExactly(conversation("2+2?", "4"));
        assertThat(new Slime(true).answer(turns, scored(0.25)).toString()).isEqualTo("0.25");
        assertThat(new Slime(false).answer(turns, scored(0.25)).path("reward").asDouble())
                .isEqualTo(0.25);
    }

    @Test
    void shouldAnswerLlamaFactoryWithScores() throws Exception {
        JsonNode request = json("{'model':'model','messages':['<|user|>a<|assistant|>b','c'],'max_length':99}");
        assertThat(texts(new LlamaFactory(), request))
                .containsExactly(new Templated("", "<|user|>a<|assistant|>b"), new Templated("", "c"));
        assertThat(new LlamaFactory()
                        .answer(request, scored(1, 2))
                        .path("scores")
                        .toString())
                .isEqualTo("[1.0,2.0]");
    }

    @Test
    void shouldGiveNemoGymItsObjectBackWithTheReward() throws Exception {
        JsonNode request = json("{'responses_create_params':{'input':[{'role':'developer','content':'Be brief.'},"
                + "{'role':'user','content':[{'type':'input_text','text':'2+2?'}]}]},"
                + "'response':{'id':'r','output':[{'type':'reasoning','summary':[]},{'id':'m','type':'message',"
                + "'role':'assistant','content':[{'type':'output_text','text':'4','annotations':[]}]}]},'task':7}");
        assertThat(texts(new NemoGym(), request))
                .containsExactly(new Conversation(
                        List.of(new Message("system", "Be brief."), new Message("user", "2+2?")), "4", null));
        JsonNode answer = new NemoGym().answer(request, scored(0.75));
        assertThat(answer.path("reward").asDouble()).isEqualTo(0.75);
        assertThat(answer.path("task").asInt()).isEqualTo(7);
        assertThat(answer.path("response")).isEqualTo(request.path("response"));
        JsonNode failed =
                new NemoGym().answer(request, batch(new Outcome(RewardStatus.FAILED, null, null, "It failed.", false)));
        assertThat(failed.path("_ng_failure_class").asText()).isEqualTo("judge_failed");
        assertThat(failed.path("_ng_failure_judge_error").asText()).isEqualTo("It failed.");
    }

    @Test
    void shouldAnswerVllmsClientsWithLogitsOnlyWhenNoActivationIsAskedFor() throws Exception {
        Vllm classify = new Vllm(false, CLOCK);
        JsonNode verl = json("{'model':'m','input':'<|user|>a','use_activation':false}");
        assertThat(texts(classify, verl)).containsExactly(new Templated("", "<|user|>a"));
        JsonNode answer = classify.answer(verl, scored(-3));
        assertThat(answer.path("data").path(0).path("probs").toString()).isEqualTo("[-3.0]");
        assertThat(answer.path("model").asText()).isEqualTo("m");
        assertThat(answer.path("created").asLong()).isEqualTo(Fixtures.NOW.getEpochSecond());
        JsonNode usual = json("{'input':['a','b']}");
        assertThat(classify.answer(usual, scored(0, 0))
                        .path("data")
                        .path(1)
                        .path("probs")
                        .toString())
                .isEqualTo("[0.5]");
        JsonNode pooled = new Vllm(true, CLOCK).answer(usual, scored(-3, 4));
        assertThat(pooled.path("data").path(1).path("data").toString()).isEqualTo("[4.0]");
        JsonNode chat = json("{'messages':[{'role':'user','content':'2+2?'},{'role':'assistant','content':'4'}]}");
        assertThat(texts(classify, chat)).containsExactly(conversation("2+2?", "4"));
    }

    @Test
    void shouldAnswerAsSglangWhenTheTextsStandUnderText() throws Exception {
        JsonNode request = json("{'model':'m','text':['a','b']}");
        assertThat(texts(new Vllm(false, CLOCK), request)).hasSize(2);
        assertThat(new Vllm(false, CLOCK)
                        .answer(request, scored(1, -2))
                        .path(1)
                        .path("embedding")
                        .toString())
                .isEqualTo("[-2.0]");
    }

    @Test
    void shouldAnswerTeisClientsInTheFormOfTheirInputs() throws Exception {
        Tei contract = new Tei();
        JsonNode one = json("{'inputs':'<|user|>a','raw_scores':true}");
        assertThat(contract.answer(one, scored(2)).toString()).isEqualTo("[{\"score\":2.0,\"label\":\"LABEL_0\"}]");
        JsonNode pair = json("{'inputs':['2+2?','4'],'raw_scores':true}");
        assertThat(texts(contract, pair)).containsExactly(conversation("2+2?", "4"));
        JsonNode batch = json("{'inputs':[['a'],['2+2?','4']]}");
        assertThat(texts(contract, batch)).containsExactly(new Templated("", "a"), conversation("2+2?", "4"));
        assertThat(contract.answer(batch, scored(0, 0)).toString())
                .isEqualTo("[[{\"score\":0.5,\"label\":\"LABEL_0\"}],[{\"score\":0.5,\"label\":\"LABEL_0\"}]]");
    }

    @Test
    void shouldAnswerKServesClientsWithATensor() throws Exception {
        JsonNode request =
                json("{'id':'42','inputs':[{'name':'text','shape':[2],'datatype':'BYTES','data':['a','b']}]}");
        assertThat(texts(new KServe(), request)).containsExactly(new Templated("", "a"), new Templated("", "b"));
        assertThat(new KServe().answer(request, scored(1, 2)).toString())
                .isEqualTo("{\"model_name\":\"default\",\"model_version\":\"step-7\",\"id\":\"42\",\"outputs\":"
                        + "[{\"name\":\"reward\",\"datatype\":\"FP32\",\"shape\":[2],\"data\":[1.0,2.0]}]}");
    }

    @Test
    void shouldNeverMakeUpANumberWhenATextGotNoReward() throws Exception {
        ScoredBatch refused = batch(new Outcome(RewardStatus.INVALID, null, null, "Too long.", false));
        JsonNode request = json("{'inputs':'a','text':'a','messages':['a']}");
        for (Contract contract : List.of(
                new OpenRlhf(),
                new Slime(false),
                new Slime(true),
                new LlamaFactory(),
                new Tei(),
                new KServe(),
                new Vllm(false, CLOCK),
                new Vllm(true, CLOCK))) {
            assertThatThrownBy(() -> contract.answer(request, refused))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isEqualTo(422));
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenTheRequestIsAnother() {
        for (Contract contract : List.of(
                new OpenRlhf(),
                new Slime(false),
                new LlamaFactory(),
                new NemoGym(),
                new Tei(),
                new KServe(),
                new Vllm(false, CLOCK))) {
            assertThatThrownBy(() -> contract.texts(json("{'other':1}")))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isEqualTo(400));
        }
        assertThatThrownBy(() -> new OpenRlhf().texts(json("{'query':['']}")))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void shouldTellErrorsAsTheClientsOfEachContractExpectThem() {
        ApiError error = ApiError.of("queue_full", "Too many.");
        for (Contract contract :
                List.of(new OpenRlhf(), new Slime(false), new Slime(true), new LlamaFactory(), new NemoGym())) {
            assertThat(contract.error(429, error).toString()).isEqualTo("{\"detail\":\"Too many.\"}");
        }
        assertThat(new KServe().error(429, error).toString()).isEqualTo("{\"error\":\"Too many.\"}");
        assertThat(new Vllm(false, CLOCK).error(429, error).toString())
                .isEqualTo(
                        "{\"error\":{\"message\":\"Too many.\",\"type\":\"queue_full\",\"param\":null,\"code\":429}}");
        assertThat(new Tei().error(429, error).toString())
                .isEqualTo("{\"error\":\"Too many.\",\"error_type\":\"Overloaded\"}");
        assertThat(new Tei().error(400, error).path("error_type").asText()).isEqualTo("Validation");
        assertThat(new Tei().error(503, error).path("error_type").asText()).isEqualTo("Backend");
    }

    private static JsonNode json(String text) throws Exception {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private static List<ModelInput> texts(Contract contract, JsonNode request) {
        return contract.texts(request).stream().map(Candidate::text).toList();
    }

    private static Conversation conversation(String prompt, String completion) {
        return new Conversation(List.of(new Message("user", prompt)), completion, null);
    }

    private static ScoredBatch scored(double... logits) {
        return batch(Arrays.stream(logits)
                .mapToObj(logit -> new Outcome(RewardStatus.NO_CRITIQUE, logit, logit, "No critique.", false))
                .toArray(Outcome[]::new));
    }

    private static ScoredBatch batch(Outcome... outcomes) {
        return new ScoredBatch(MODEL, List.of(outcomes));
    }
}
