package dev.touchstone.producers.rubric;

import dev.touchstone.producers.task.Aspect;
import dev.touchstone.producers.task.Requirement;
import dev.touchstone.producers.task.Text;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.AspectVerdict;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;

/**
 * Thread-safe. Reads the requirements out of the last user turn and checks one completion against them. It sees neither a
 * label nor another completion, and says the same of the same text each time. A prompt that states no requirement is judged
 * by its surface alone, and every verdict is mixed.
 */
public final class RubricCritic {
    private static final int MOST_SENTENCES = 4;
    private static final int FEWEST_WORDS = 20;
    private static final double REPETITIVE = 0.5;

    private final double errorRate;
    private final long seed;

    /**
     * @param errorRate probability that an aspect's verdict is turned round, 0 to 1; the prose then errs with the verdict
     * @param seed what choices of words and errors follow from, together with the text
     */
    public RubricCritic(double errorRate, long seed) {
        if (!(errorRate >= 0 && errorRate <= 1)) {
            throw new IllegalArgumentException("errorRate is not between 0 and 1: " + errorRate);
        }
        this.errorRate = errorRate;
        this.seed = seed;
    }

    /**
     * Judges one completion.
     *
     * @param conversation at least one turn, oldest first
     * @param completion the answer to it
     */
    public Assessment assess(List<Message> conversation, String completion) {
        Random random = new Random(Long.parseUnsignedLong(
                Ids.contentHash("rubric", Ids.flatten(conversation), List.of(completion, Long.toString(seed)))
                        .substring(0, 16),
                16));
        List<Requirement> requirements = Requirement.parse(lastUserTurn(conversation));
        return requirements.isEmpty()
                ? bySurface(completion, random)
                : byRequirements(requirements, completion, random);
    }

    private Assessment byRequirements(List<Requirement> requirements, String completion, Random random) {
        List<Claim> claims = new ArrayList<>();
        List<String> sentences = new ArrayList<>();
        List<AspectVerdict> verdicts = new ArrayList<>();
        for (Aspect aspect : Aspect.values()) {
            boolean errs = random.nextDouble() < errorRate;
            boolean upwards = random.nextBoolean();
            List<Claim> truth = requirements.stream()
                    .filter(requirement -> requirement.aspect() == aspect)
                    .map(requirement -> new Claim(requirement, requirement.met(completion)))
                    .toList();
            if (truth.isEmpty()) {
                Verdict verdict = errs ? turnedRound(unasked(aspect)) : unasked(aspect);
                sentences.add(pick(Phrases.unasked(aspect, verdict), random));
                verdicts.add(new AspectVerdict(aspect.id(), verdict));
            } else {
                List<Claim> claimed = errs ? turnedRound(truth, upwards) : truth;
                claims.addAll(claimed);
                verdicts.add(new AspectVerdict(aspect.id(), verdictOn(claimed)));
            }
        }
        Collections.shuffle(claims, random);
        claims.stream()
                .sorted((left, right) ->
                        Boolean.compare(left.met(), right.met())) // where room is short, faults go first
                .limit(Math.max(1, MOST_SENTENCES - sentences.size()))
                .forEach(claim -> sentences.add(pick(Phrases.of(claim, completion), random)));
        Collections.shuffle(sentences, random);
        return new Assessment(filledUp(sentences, pick(Phrases.summary(verdictOn(claims)), random)), verdicts);
    }

    private Assessment bySurface(String completion, Random random) {
        List<String> words = Text.words(completion);
        List<String> sentences = new ArrayList<>();
        sentences.add("The answer has %d %s.".formatted(words.size(), words.size() == 1 ? "word" : "words"));
        double fresh = words.isEmpty() ? 1 : (double) new HashSet<>(words).size() / words.size();
        sentences.add(pick(Phrases.repetition(fresh < REPETITIVE), random));
        sentences.add(pick(Phrases.politeness(completion), random));
        Collections.shuffle(sentences, random);
        sentences.add(pick(Phrases.UNCHECKED, random));
        return new Assessment(
                String.join(" ", sentences),
                List.of(
                        new AspectVerdict(Aspect.INSTRUCTION_FOLLOWING.id(), Verdict.MIXED),
                        new AspectVerdict(Aspect.CORRECTNESS.id(), Verdict.MIXED),
                        new AspectVerdict(Aspect.STYLE.id(), Verdict.MIXED)));
    }

    private static String filledUp(List<String> sentences, String summary) {
        String text = String.join(" ", sentences);
        return sentences.size() < MOST_SENTENCES && Text.words(text).size() < FEWEST_WORDS
                ? text + " " + summary
                : text;
    }

    private static String lastUserTurn(List<Message> conversation) {
        String last = "";
        for (Message turn : conversation) {
            last = turn.getRole().equals("user") ? turn.getContent() : last;
        }
        return last;
    }

    private static Verdict verdictOn(List<Claim> claims) {
        long met = claims.stream().filter(Claim::met).count();
        return met == claims.size() ? Verdict.GOOD : met == 0 ? Verdict.BAD : Verdict.MIXED;
    }

    /** Where nothing is asked of correctness nothing can be checked; the other aspects are in order. */
    private static Verdict unasked(Aspect aspect) {
        return aspect == Aspect.CORRECTNESS ? Verdict.MIXED : Verdict.GOOD;
    }

    private static Verdict turnedRound(Verdict verdict) {
        return verdict == Verdict.GOOD ? Verdict.BAD : verdict == Verdict.BAD ? Verdict.GOOD : verdict;
    }

    /** Good becomes bad and bad good; mixed becomes either. */
    private static List<Claim> turnedRound(List<Claim> truth, boolean upwards) {
        return verdictOn(truth) == Verdict.MIXED
                ? truth.stream()
                        .map(claim -> new Claim(claim.requirement(), upwards))
                        .toList()
                : truth.stream().map(Claim::reversed).toList();
    }

    private static String pick(List<String> options, Random random) {
        return options.get(random.nextInt(options.size()));
    }
}
