package dev.touchstone.producers.simulate;

import dev.touchstone.producers.task.Utility;
import dev.touchstone.schemas.Ids;
import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Message;
import dev.touchstone.schemas.v1.Preference;
import dev.touchstone.schemas.v1.PreferencePair;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Immutable. Endless streams of preference pairs and completions of verifiable tasks, the same for the same seed, ids and
 * times included. The side of higher {@link Utility} is the chosen one, but for a share of flipped labels; nothing in a
 * record but its texts says anything of its quality.
 */
public final class Simulator {
    /** The source of every record. */
    public static final String SOURCE = "simulator";

    /** Completions of one prompt that follow each other and share a group id. */
    public static final int GROUP = 4;

    private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");
    private static final long PAIRS = 1;
    private static final long COMPLETIONS = 2;
    private static final double PAIR_SKILL = 0.6;
    private static final double LEAST_DIFFERENCE = 0.35;
    private static final int GROUPS_PER_POLICY = 50;
    private static final double FIRST_SKILL = 0.45;
    private static final double SKILL_STEP = 0.05;
    private static final double BEST_SKILL = 0.85;

    private final long seed;
    private final double flip;

    /**
     * @param seed what all records follow from
     * @param flip share of pairs whose label is turned round, 0 to 1
     */
    public Simulator(long seed, double flip) {
        if (!(flip >= 0 && flip <= 1)) {
            throw new IllegalArgumentException("flip is not between 0 and 1: " + flip);
        }
        this.seed = seed;
        this.flip = flip;
    }

    /** Pairs, without end; each prompt is one user turn. */
    public Stream<PreferencePair> pairs() {
        return LongStream.iterate(0, i -> i + 1).mapToObj(this::pair);
    }

    /** Completions, without end: groups of {@value #GROUP} for one prompt, by a policy that gets better from version to version. */
    public Stream<Completion> completions() {
        return LongStream.iterate(0, i -> i + 1).mapToObj(this::completion);
    }

    private PreferencePair pair(long number) {
        Dice dice = new Dice(seed, PAIRS, number);
        Task task = Task.draw(dice);
        String better = new AnswerWriter(task, dice, PAIR_SKILL).write();
        String worse = new AnswerWriter(task, dice, PAIR_SKILL).write();
        while (Math.abs(difference(task, better, worse)) < LEAST_DIFFERENCE) {
            better = new AnswerWriter(task, dice, PAIR_SKILL).write();
            worse = new AnswerWriter(task, dice, PAIR_SKILL).write();
        }
        if (difference(task, better, worse) < 0 != dice.chance(flip)) {
            String swapped = better;
            better = worse;
            worse = swapped;
        }
        List<Message> prompt = prompt(task);
        return PreferencePair.newBuilder()
                .setPairId(Ids.ofPair(prompt, better, worse))
                .setPrompt(prompt)
                .setChosen(better)
                .setRejected(worse)
                .setPreference(Preference.CHOSEN)
                .setSource(SOURCE)
                .setLabelledAt(BEGINNING.plusSeconds(number))
                .build();
    }

    private Completion completion(long number) {
        long group = number / GROUP;
        int sample = (int) (number % GROUP);
        long version = 1 + group / GROUPS_PER_POLICY;
        double skill = Math.min(BEST_SKILL, FIRST_SKILL + SKILL_STEP * version);
        Task task = Task.draw(new Dice(seed, COMPLETIONS, group));
        String text = new AnswerWriter(task, new Dice(seed, COMPLETIONS + 1 + sample, group), skill).write();
        List<Message> prompt = prompt(task);
        String policy = SOURCE + "-policy-" + version;
        String groupId = Ids.ofForeign(SOURCE, seed + "/" + group).toString();
        return Completion.newBuilder()
                .setCompletionId(Ids.ofCompletion(prompt, text, policy, sample))
                .setPrompt(prompt)
                .setCompletion(text)
                .setPolicyVersion(policy)
                .setGroupId(groupId)
                .setSource(SOURCE)
                .setCreatedAt(BEGINNING.plusSeconds(number))
                .build();
    }

    private static double difference(Task task, String left, String right) {
        return Utility.of(task.requirements(), left) - Utility.of(task.requirements(), right);
    }

    private static List<Message> prompt(Task task) {
        return List.of(new Message("user", task.prompt()));
    }
}
