package dev.touchstone.scorer.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.touchstone.schemas.Aliases;
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
import dev.touchstone.scorer.model.VersionKey;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.NoModelException;
import dev.touchstone.scorer.scoring.ScoringEngine;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
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
    public Uni<Response> openRlhf(@Context RoutingContext context, byte @Nullable [] body) throws InterruptedException {
        return answer(OPENRLHF, context, body);
    }

    /** slime with a reward key. */
    @POST
    @Path("slime")
    @Blocking
    public Uni<Response> slime(@Context RoutingContext context, byte @Nullable [] body) throws InterruptedException {
        return answer(SLIME, context, body);
    }

    /** slime without one. */
    @POST
    @Path("slime/bare")
    @Blocking
    public Uni<Response> slimeBare(@Context RoutingContext context, byte @Nullable [] body)
            throws InterruptedException {
        return answer(SLIME_BARE, context, body);
    }

    /** LLaMA-Factory. */
    @POST
    @Path("v1/score/evaluation")
    @Blocking
    public Uni<Response> llamaFactory(@Context RoutingContext context, byte @Nullable [] body)
            throws InterruptedException {
        return answer(LLAMA_FACTORY, context, body);
    }

    /** NeMo-Gym. */
    @POST
    @Path("verify")
    @Blocking
    public Uni<Response> nemoGym(@Context RoutingContext context, byte @Nullable [] body) throws InterruptedException {
        return answer(NEMO_GYM, context, body);
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
    public Uni<Response> classify(@Context RoutingContext context, byte @Nullable [] body) throws InterruptedException {
        return answer(CLASSIFY, context, body);
    }

    /** vLLM. */
    @POST
    @Path("pooling")
    @Blocking
    public Uni<Response> pooling(@Context RoutingContext context, byte @Nullable [] body) throws InterruptedException {
        return answer(POOLING, context, body);
    }

    /** The models that OpenAI's clients look for: the one that serves, then those beside it as model/version. */
    @GET
    @Path("v1/models")
    public JsonNode models() {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        ScoringEngine engine = process.core().engine();
        engine.serving().ifPresent(model -> list(data, model, model.modelId()));
        engine.beside().forEach(model -> list(data, model, model.key().toString()));
        return list;
    }

    private static void list(ArrayNode data, ModelInfo model, String id) {
        data.addObject()
                .put("id", id)
                .put("object", "model")
                .put("created", model.createdAt().getEpochSecond())
                .put("owned_by", "touchstone")
                .put("version", model.versionId());
    }

    /** TEI. */
    @POST
    @Path("predict")
    @Blocking
    public Uni<Response> tei(@Context RoutingContext context, byte @Nullable [] body) throws InterruptedException {
        return answer(TEI, context, body);
    }

    /** KServe V2. */
    @POST
    @Path("v2/models/{model}/infer")
    @Blocking
    public Uni<Response> kserve(
            @PathParam("model") String model, @Context RoutingContext context, byte @Nullable [] body)
            throws InterruptedException {
        return kserve(model, null, context, body);
    }

    /** KServe V2, by one version. */
    @POST
    @Path("v2/models/{model}/versions/{version}/infer")
    @Blocking
    public Uni<Response> kserveVersion(
            @PathParam("model") String model,
            @PathParam("version") String version,
            @Context RoutingContext context,
            byte @Nullable [] body)
            throws InterruptedException {
        return kserve(model, version, context, body);
    }

    private Uni<Response> kserve(String model, @Nullable String version, RoutingContext context, byte @Nullable [] body)
            throws InterruptedException {
        return answer(
                KSERVE, context, () -> new Asked(json(body), version == null ? named(model) : model + "/" + version));
    }

    /** KServe V2. */
    @GET
    @Path("v2/models/{model}")
    public Response kserveMetadata(@PathParam("model") String model) {
        return kserve(() -> KServe.metadata(model, version(model).versionId()));
    }

    /** KServe V2. */
    @GET
    @Path("v2/models/{model}/ready")
    public Response kserveReady(@PathParam("model") String model) {
        return kserve(() -> JsonNodeFactory.instance
                .objectNode()
                .put("name", model)
                .put("ready", !version(model).versionId().isEmpty()));
    }

    /** The champion of a model; null for the one that serves. */
    private @Nullable String named(String model) {
        return serving().modelId().equals(model) ? null : model + "/" + Aliases.CHAMPION;
    }

    private VersionKey version(String model) {
        String name = named(model);
        return name == null ? serving().key() : process.core().versions().resolve(name);
    }

    private ModelInfo serving() {
        return process.core().engine().serving().orElseThrow(NoModelException::new);
    }

    private static Response kserve(Supplier<JsonNode> answer) {
        try {
            return Response.ok(answer.get()).build();
        } catch (RuntimeException e) {
            return refused(KSERVE, e);
        }
    }

    /** What is asked, and by which version it is to be scored if the path says so. */
    private record Asked(JsonNode request, @Nullable String version) {}

    private Uni<Response> answer(Contract contract, RoutingContext context, byte @Nullable [] body)
            throws InterruptedException {
        return answer(contract, context, () -> new Asked(json(body), null));
    }

    /** Whatever goes wrong is told in the contract's own shape. */
    private Uni<Response> answer(Contract contract, RoutingContext context, Supplier<Asked> asked)
            throws InterruptedException {
        try {
            return scored(contract, new Call(context), asked.get())
                    .onFailure()
                    .recoverWithItem(error -> refused(contract, error));
        } catch (RuntimeException e) {
            return Uni.createFrom().item(refused(contract, e));
        }
    }

    private static Response refused(Contract contract, Throwable error) {
        Errors.Failure failure = Errors.failure(error);
        return failure.response(contract.error(failure.status(), failure.error()));
    }

    private Uni<Response> scored(Contract contract, Call call, Asked asked) throws InterruptedException {
        String name = call.version(asked.version());
        VersionKey version = name == null ? null : process.core().versions().resolve(name);
        List<Candidate> texts = contract.texts(asked.request());
        int most = config.http().maxItems();
        if (texts.size() > most) {
            throw new ApiException(
                    413, "too_many_items", "The request has " + texts.size() + " texts: send at most " + most + ".");
        }
        Duration patience = config.http().hold();
        if (version != null) {
            process.core().versions().require(version, patience);
        }
        // A Uni is cancelled, and the request leaves the queue, when the client has gone.
        return Uni.createFrom()
                .completionStage(process.core().engine().scoreWhenRoom(version, texts, patience))
                .map(batch -> {
                    process.core().metrics().given(batch.outcomes());
                    return Response.ok(contract.answer(asked.request(), batch))
                            .header(Call.VERSION, batch.model().versionId())
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
