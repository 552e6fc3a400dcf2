package dev.touchstone.scorer.contracts;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.scorer.http.ApiError;
import dev.touchstone.scorer.http.ApiException;
import dev.touchstone.scorer.scoring.Candidate;
import dev.touchstone.scorer.scoring.ScoredBatch;
import java.util.List;

/** Immutable. One way of asking for rewards. Members of a request that it does not know it passes over, as its clients expect. */
public interface Contract {
    /**
     * The texts of a request, in order.
     *
     * @throws ApiException (400) if it is no such request
     */
    List<Candidate> texts(JsonNode request);

    /**
     * The answer to a request whose texts were scored as one batch.
     *
     * @throws ApiException if a text got no reward and the contract has no way to say so: never a made-up number
     */
    JsonNode answer(JsonNode request, ScoredBatch batch);

    /**
     * An error as clients of this contract expect it.
     *
     * @param status of HTTP, which is the same for every contract
     * @param error what is wrong
     */
    JsonNode error(int status, ApiError error);
}
