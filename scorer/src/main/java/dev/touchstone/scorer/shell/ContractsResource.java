package dev.touchstone.scorer.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.scorer.contracts.Contract;
import dev.touchstone.scorer.contracts.KServe;
import dev.touchstone.scorer.contracts.LlamaFactory;
import dev.touchstone.scorer.contracts.NemoGym;
import dev.touchstone.scorer.contracts.OpenRlhf;
import dev.touchstone.scorer.contracts.Slime;
import dev.touchstone.scorer.contracts.Tei;
import dev.touchstone.scorer.contracts.Vllm;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.NoModelException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The paths that RLHF trainers and clients of inference servers know. Their clients have long time-outs and die of a 429, so a
 * request that finds the queue full is held.
 */
@Path("/")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class ContractsResource {
    /** The version that gave the rewards, as a header of every answer. */
    static final String VERSION = "X-Touchstone-Model-Version";

    private static final Contract OPENRLHF = new OpenRlhf();
    private static final Contract SLIME = new Slime(false);
    private static final Contract SLIME_BARE = new Slime(true);
    private static final Contract LLAMA_FACTORY = new LlamaFactory();
    private static final Contract NEMO_GYM = new NemoGym();
    private static final Contract CLASSIFY = new Vllm(false, Clock.systemUTC());
    private static final Contract POOLING = new Vllm(true, Clock.systemUTC());
    private static final Contract TEI = new Tei();
    private static final Contract KSERVE = new KServe();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ScorerProcess process;
    private final ScorerConfig config;

    /** Made by the container. */
    ContractsResource(ScorerProcess process, ScorerConfig config) {
        this.process = process;
        this.config = config;
    }

    /** OpenRLHF. */
    @POST
    @Path("get_reward")
    @Blocking
    public CompletionStage<Response> openRlhf(byte @Nullable [] body) throws InterruptedException {
        return answer(OPENRLHF, body);
    }

    /** slime with a reward key. */
    @POST
    @Path("slime")
    @Blocking
    public CompletionStage<Response> slime(byte @Nullable [] body) throws InterruptedException {
        return answer(SLIME, body);
    }

    /** slime without one. */
    @POST
    @Path("slime/bare")
    @Blocking
    public CompletionStage<Response> slimeBare(byte @Nullable [] body) throws InterruptedException {
        return answer(SLIME_BARE, body);
    }

    /** LLaMA-Factory. */
    @POST
    @Path("v1/score/evaluation")
    @Blocking
    public CompletionStage<Response> llamaFactory(byte @Nullable [] body) throws InterruptedException {
        return answer(LLAMA_FACTORY, body);
    }

    /** NeMo-Gym. */
    @POST
    @Path("verify")
    @Blocking
    public CompletionStage<Response> nemoGym(byte @Nullable [] body) throws InterruptedException {
        return answer(NEMO_GYM, body);
    }

    /** NeMo-Gym asks for a session that needs nothing. */
    @POST
    @Path("seed_session")
    public JsonNode seedSession(byte @Nullable [] body) {
        return JsonNodeFactory.instance.objectNode();
    }

    /** vLLM, and SGLang. */
    @POST
    @Path("classify")
    @Blocking
    public CompletionStage<Response> classify(byte @Nullable [] body) throws InterruptedException {
        return answer(CLASSIFY, body);
    }

    /** vLLM. */
    @POST
    @Path("pooling")
    @Blocking
    public CompletionStage<Response> pooling(byte @Nullable [] body) throws InterruptedException {
        return answer(POOLING, body);
    }

    /** The models that OpenAI's clients look for. */
    @GET
    @Path("v1/models")
    public JsonNode models() {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        var data = list.putArray("data");
        process.core()
                .engine()
                .serving()
                .ifPresent(model -> data.addObject()
                        .put("id", model.modelId())
                        .put("object", "model")
                        .put("created", model.createdAt().getEpochSecond())
                        .put("owned_by", "touchstone")
                        .put("version", model.versionId()));
        return list;
    }

    /** TEI. */
    @POST
    @Path("predict")
    @Blocking
    public CompletionStage<Response> tei(byte @Nullable [] body) throws InterruptedException {
        return answer(TEI, body);
    }

    /** KServe V2. */
    @POST
    @Path("v2/models/{model}/infer")
    @Blocking
    public CompletionStage<Response> kserve(@PathParam("model") String model, byte @Nullable [] body)
            throws InterruptedException {
        return answer(KSERVE, () -> {
            serving(model);
            return json(body);
        });
    }

    /** KServe V2. */
    @GET
    @Path("v2/models/{model}")
    public Response kserveMetadata(@PathParam("model") String model) {
        return kserve(() -> KServe.metadata(model, serving(model).versionId()));
    }

    /** KServe V2. */
    @GET
    @Path("v2/models/{model}/ready")
    public Response kserveReady(@PathParam("model") String model) {
        return kserve(() -> JsonNodeFactory.instance
                .objectNode()
                .put("name", model)
                .put("ready", !serving(model).versionId().isEmpty()));
    }

    private static Response kserve(Supplier<JsonNode> answer) {
        try {
            return Response.ok(answer.get()).build();
        } catch (RuntimeException e) {
            return refused(KSERVE, e);
        }
    }

    private ModelInfo serving(String model) {
        ModelInfo serving = process.core().engine().serving().orElseThrow(NoModelException::new);
        if (!serving.modelId().equals(model)) {
            throw new ApiException(
                    404, "no_such_model", "There is no such model: ask for '" + serving.modelId() + "'.");
        }
        return serving;
    }

    private CompletionStage<Response> answer(Contract contract, byte @Nullable [] body) throws InterruptedException {
        return answer(contract, () -> json(body));
    }

    /** Whatever goes wrong is told in the contract's own shape. */
    private CompletionStage<Response> answer(Contract contract, Supplier<JsonNode> request)
            throws InterruptedException {
        try {
            return scored(contract, request.get()).exceptionally(error -> refused(contract, error));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(refused(contract, e));
        }
    }

    private static Response refused(Contract contract, Throwable error) {
        Errors.Failure failure = Errors.failure(error);
        return failure.response(contract.error(failure.status(), failure.error()));
    }

    private CompletionStage<Response> scored(Contract contract, JsonNode request) throws InterruptedException {
        List<Candidate> texts = contract.texts(request);
        int most = config.http().maxItems();
        if (texts.size() > most) {
            throw new ApiException(
                    413, "too_many_items", "The request has " + texts.size() + " texts: send at most " + most + ".");
        }
        return process.core()
                .engine()
                .scoreWhenRoom(texts, config.http().hold())
                .thenApply(batch -> {
                    process.core().metrics().given(batch.outcomes());
                    return Response.ok(contract.answer(request, batch))
                            .header(VERSION, batch.model().versionId())
                            .build();
                });
    }

    private static JsonNode json(byte @Nullable [] body) {
        try {
            JsonNode request = JSON.readTree(body == null ? new byte[0] : body);
            if (request != null && request.isObject()) {
                return request;
            }
        } catch (IOException e) {
            // The message of the exception may hold the client's text.
        }
        throw new ApiException(400, "malformed_json", "The body is not a JSON object.");
    }
}
