package dev.touchstone.trainer.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Immutable. The evidence against "no checkpoint since was better than this champion", over all looks that were taken at
 * it. It may be looked at after every checkpoint without end: the chance that it ever reaches 1/alpha although the statement
 * is true is at most alpha (Ville's inequality, for non-negative supermartingales that begin at 1).
 *
 * <p>A bad candidate would burden those after it, so betting begins anew at every look k, with 1/(k(k+1)) of the capital.
 * These parts sum to 1, and what has not begun to bet at look K still is 1/(K+1) in cash; a sum of parts of which each is a
 * supermartingale is one, too, hence the capital is an e-process. That holds for candidates that change from look to look:
 * each is fixed before its fresh pairs are looked at (comparing forecasters in sequence: Choe and Ramdas, arXiv 2110.00115).
 * Beyond {@value #MOST_BETS} bets the smallest is given away, which can only lower the evidence.
 */
public final class Evidence {
    private static final int MOST_BETS = 64;
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String champion;
    private final long looks;
    private final long pairs;
    private final List<Bet> bets;

    /**
     * A part of the capital.
     *
     * @param look the look it began to bet at, from 1
     * @param tally what it has won and lost
     */
    private record Bet(long look, Tally tally) {
        /** Logarithm of what it is worth now. */
        double logWorth() {
            return tally.logEvidence() - Math.log((double) look) - Math.log(look + 1.0);
        }
    }

    private Evidence(String champion, long looks, long pairs, List<Bet> bets) {
        this.champion = champion;
        this.looks = looks;
        this.pairs = pairs;
        this.bets = List.copyOf(bets);
    }

    /** Nothing has been looked at since this version is champion. */
    public static Evidence against(String champion) {
        return new Evidence(champion, 0, 0, List.of());
    }

    /** The version that candidates are compared with. */
    public String champion() {
        return champion;
    }

    /** How often there were fresh pairs to look at. */
    public long looks() {
        return looks;
    }

    /** Fresh pairs looked at. */
    public long pairs() {
        return pairs;
    }

    /** The evidence, 0 or more; 1 says nothing, 1/alpha is enough. It may be infinite. */
    public double value() {
        double[] logs = new double[bets.size() + 1];
        for (int i = 0; i < bets.size(); i++) {
            logs[i] = bets.get(i).logWorth();
        }
        logs[bets.size()] = -Math.log(looks + 1.0);
        return Math.exp(Tally.logSum(logs));
    }

    /** One more look, at so many pairs that have never been looked at before. */
    Evidence look(Tally fresh, int freshPairs) {
        List<Bet> next = new ArrayList<>();
        for (Bet bet : bets) {
            next.add(new Bet(bet.look(), bet.tally().plus(fresh)));
        }
        next.add(new Bet(looks + 1, fresh));
        if (next.size() > MOST_BETS) {
            next.remove(smallest(next));
        }
        return new Evidence(champion, looks + 1, pairs + freshPairs, next);
    }

    private static int smallest(List<Bet> bets) {
        int smallest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < bets.size(); i++) {
            double worth = bets.get(i).logWorth(); // dear, so once each
            if (worth < least) {
                least = worth;
                smallest = i;
            }
        }
        return smallest;
    }

    /** In the form that a manifest holds. */
    public String toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", FORMAT).put("champion", champion).put("looks", looks).put("pairs", pairs);
        ArrayNode all = json.putArray("bets");
        for (Bet bet : bets) {
            Tally t = bet.tally();
            all.addArray()
                    .add(bet.look())
                    .add(t.lost())
                    .add(t.halfLost())
                    .add(t.halfWon())
                    .add(t.won());
        }
        return json.toString();
    }

    /**
     * Out of a manifest.
     *
     * @throws IllegalArgumentException if it is not what {@link #toJson} writes
     */
    public static Evidence fromJson(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            if (json.path("format").asInt() != FORMAT) {
                throw new IllegalArgumentException(
                        "The gate's state has a format that this program does not know: " + json.path("format") + ".");
            }
            List<Bet> bets = new ArrayList<>();
            for (JsonNode bet : json.path("bets")) {
                bets.add(new Bet(
                        bet.path(0).asLong(),
                        new Tally(
                                bet.path(1).asLong(),
                                bet.path(2).asLong(),
                                bet.path(3).asLong(),
                                bet.path(4).asLong())));
            }
            return new Evidence(
                    json.path("champion").asText(),
                    json.path("looks").asLong(),
                    json.path("pairs").asLong(),
                    bets);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The gate's state cannot be read: " + e.getOriginalMessage(), e);
        }
    }
}
