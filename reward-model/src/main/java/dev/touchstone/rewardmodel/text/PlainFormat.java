package dev.touchstone.rewardmodel.text;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.Turn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Renders an input as token ids: start, the turns of the prompt, the completion, and the token at which the reward is read;
 * beside them the critique and the token at which what it adds is read. Each segment is encoded by itself behind its
 * {@link SpecialToken}, so no text can open or close a segment. Safe for several threads.
 *
 * <p>What does not fit is left out in this order, a {@code <cut>} standing for it: the middle of the completion, down to
 * a third of the limit; the oldest turns, whole; the rest of the completion's middle, down to {@value #LEAST} tokens. The
 * last turn is never cut, nor is the critique, which takes no room from the rest: what leaves no room is refused.
 */
public final class PlainFormat implements InputFormat {

    /** Tokens of the completion that always stay. */
    static final int LEAST = 8;

    private static final int[] NOTHING = {};

    private final Tokenizer tokenizer;
    private final int maxTokens;

    /**
     * A format for one model.
     *
     * @param tokenizer the model's tokenizer; becomes this format's to close
     * @param maxTokens the most tokens of prompt and completion, and the most of a critique
     */
    public PlainFormat(Tokenizer tokenizer, int maxTokens) {
        if (maxTokens < 32) {
            throw new IllegalArgumentException("An input needs room for at least 32 tokens.");
        }
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
    }

    @Override
    public int maxTokens() {
        return maxTokens;
    }

    @Override
    public EncodedInput encode(RewardInput input) {
        List<Segment> turns = new ArrayList<>();
        for (Turn turn : input.prompt()) {
            turns.add(new Segment(SpecialToken.ofRole(turn.role()), ids(turn.content())));
        }
        Segment completion = new Segment(SpecialToken.COMPLETION, ids(input.completion()));
        String text = input.critique();
        return fit(turns, completion, text == null ? NOTHING : critique(ids(text)));
    }

    private int[] critique(int[] text) {
        Segment segment = new Segment(SpecialToken.CRITIQUE, text);
        if (segment.length() + 1 > maxTokens) {
            throw new InputTooLongException("The critique is " + (segment.length() + 1 - maxTokens)
                    + " tokens longer than the model's limit of " + maxTokens + " allows: shorten it.");
        }
        int[] ids = new int[segment.length() + 1];
        ids[segment.copyTo(ids, 0)] = SpecialToken.REWARD.id();
        return ids;
    }

    /** This format is no template: a prompt that is told apart is one turn of the user, marks of a foreign template included. */
    @Override
    public EncodedInput encodeTemplated(String prompt, String completion) {
        if (prompt.isEmpty() && completion.isEmpty()) {
            throw new ConversationRefusedException("The text is empty.");
        }
        return encode(
                new RewardInput(prompt.isEmpty() ? List.of() : List.of(new Turn("user", prompt)), completion, null));
    }

    @Override
    public EncodedInput withoutCritique(EncodedInput input) {
        return input.alone();
    }

    private EncodedInput fit(List<Segment> turns, Segment completion, int[] critique) {
        int room = maxTokens - 2 - completion.length();
        for (Segment turn : turns) {
            room -= turn.length();
        }
        if (room >= 0) {
            return new EncodedInput(join(turns, false, completion), critique, false);
        }
        // Every later step needs the completion's length to be free, so it is counted out and given what is left.
        room += completion.length() - 1;
        int wanted = Math.min(completion.ids().length, maxTokens / 3);
        boolean dropped = false;
        List<Segment> kept = new ArrayList<>(turns);
        while (room < wanted && kept.size() > 1) {
            room += kept.remove(0).length() - (dropped ? 0 : 1);
            dropped = true;
        }
        int least = Math.min(completion.ids().length, LEAST);
        if (room < least) {
            throw new InputTooLongException("The last turn is " + (least - room)
                    + " tokens longer than the model's limit of " + maxTokens + " allows: shorten it.");
        }
        Segment shortened = completion.keepEnds(room + 1);
        boolean cut = dropped || shortened.ids().length < completion.ids().length;
        return new EncodedInput(join(kept, dropped, shortened), critique, cut);
    }

    private static int[] join(List<Segment> turns, boolean dropped, Segment completion) {
        int[] ids = new int
                [2
                        + (dropped ? 1 : 0)
                        + turns.stream().mapToInt(Segment::length).sum()
                        + completion.length()];
        int n = 0;
        ids[n++] = SpecialToken.START.id();
        if (dropped) {
            ids[n++] = SpecialToken.CUT.id();
        }
        for (Segment turn : turns) {
            n = turn.copyTo(ids, n);
        }
        n = completion.copyTo(ids, n);
        ids[n] = SpecialToken.REWARD.id();
        return ids;
    }

    /** Ids of a text that begins, like every word in it, with a blank; only the ends of an absurdly long one are read. */
    private int[] ids(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return NOTHING;
        }
        int reach = maxTokens * tokenizer.longestEntry();
        String bounded =
                text.length() <= 2 * reach ? text : text.substring(0, reach) + text.substring(text.length() - reach);
        return tokenizer.encode(Character.isWhitespace(bounded.charAt(0)) ? bounded : " " + bounded);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
