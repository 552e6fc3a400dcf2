package dev.touchstone.rewardmodel.text;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.text.jinja.TemplateException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes an input as the model's own chat template does: the prompt and, as the assistant's turn, the completion, exactly
 * what a stock reward model is given. The critique follows as one more turn of the user, under the line
 * {@code Critique:}, or {@code <no_critique>} in its place. The reward is read at the last token. An empty prompt counts
 * as one empty turn of the user. Safe for several threads.
 *
 * <p>No text of a user becomes a special token. Where it holds plain text by which the template opens or closes turns, or
 * the critique's line, one blank is put behind that text's first character.
 *
 * <p>What does not fit is left out in this order: the middle of the completion, for which {@code …} stands, down to a
 * third of the limit; the oldest turns, whole, a system's like any other, until the template accepts the rest; then
 * more of the completion's middle, down to {@value #LEAST} tokens.
 */
public final class ChatFormat implements InputFormat {

    /** Whether a critique is shown to the model. */
    public enum Critiques {
        /** As a turn behind the completion; so is its absence. */
        TURN,
        /** Never: a stock reward model scores as it was trained. */
        NONE
    }

    /** Tokens of the completion that always stay, its mark included. */
    static final int LEAST = 8;

    /** Tokens that may stay unused where text was cut: filling the last ones would take as many encodings. */
    private static final int SLACK = 2;

    private static final String HEADER = "Critique:\n";
    private static final String NO_CRITIQUE = "<no_critique>";
    private static final String CUT = " … ";
    private static final int[] NOTHING = {};

    /** A template that writes the date writes always the same, so that equal inputs have equal rewards. */
    private static final Clock DATE = Clock.fixed(Instant.parse("2024-07-26T12:00:00Z"), ZoneOffset.UTC);

    /** Roles that a user may name; another one could be the inside of a special token. */
    private static final Set<String> ROLES =
            Set.of("system", "developer", "user", "human", "assistant", "gpt", "model", "tool", "function", "ipython");

    private final ChatTemplate template;
    private final ChatTokenizer tokenizer;
    private final int maxTokens;
    private final Critiques critiques;
    private final int reach;
    private final Words markers;
    private final int[] before;
    private final int[] after;

    /** A conversation from one of its turns on, as ids. */
    private record Written(int from, int[] ids) {}

    private ChatFormat(ChatTemplate template, ChatTokenizer tokenizer, int maxTokens, Critiques critiques)
            throws InputFormatException {
        TurnMarks marks = TurnMarks.of(template, tokenizer);
        Set<String> guarded = new LinkedHashSet<>(marks.markers());
        if (critiques == Critiques.TURN) {
            guarded.add(HEADER);
            guarded.add(NO_CRITIQUE);
            if (marks.before().isBlank()) {
                throw new InputFormatException(
                        "The chat template opens no second turn of the user, as a critique needs:"
                                + " use the model without critiques.");
            }
        }
        this.template = template;
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
        this.critiques = critiques;
        this.reach = (int) Math.min(1 << 24, (long) maxTokens * tokenizer.longestEntry());
        this.markers = new Words(guarded);
        this.before = tokenizer.encode(marks.before());
        this.after = tokenizer.encode(marks.after());
    }

    /**
     * A format for one model; closing it frees native memory.
     *
     * @param files the model folder's small files by name: {@code tokenizer.json}, and what {@link ChatTemplate#of} reads
     * @param maxTokens the most tokens of an input, at least 32
     * @param critiques whether the model is shown critiques
     * @throws InputFormatException when a file is missing or cannot be used
     */
    public static ChatFormat of(Map<String, byte[]> files, int maxTokens, Critiques critiques)
            throws InputFormatException {
        if (maxTokens < 32) {
            throw new IllegalArgumentException("An input needs room for at least 32 tokens.");
        }
        byte[] json = files.get(ChatTokenizer.FILE);
        if (json == null) {
            throw new InputFormatException(
                    "The model lacks " + ChatTokenizer.FILE + ": save its tokenizer in the fast format.");
        }
        ChatTemplate template = ChatTemplate.of(files, DATE);
        ChatTokenizer tokenizer = ChatTokenizer.of(json, template.literals());
        try {
            return new ChatFormat(template, tokenizer, maxTokens, critiques);
        } catch (InputFormatException | RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    @Override
    public int maxTokens() {
        return maxTokens;
    }

    @Override
    public EncodedInput encode(RewardInput input) {
        int[] critique = critiques == Critiques.NONE ? NOTHING : critiqueTurn(input.critique());
        int room = maxTokens - critique.length;
        List<Turn> prompt = input.prompt().isEmpty() ? List.of(new Turn("user", "")) : input.prompt();
        List<Turn> turns = ofReach(prompt);
        String completion = shortened(input.completion(), 2 * reach);
        Written whole = written(turns, completion, 0);
        if (whole.ids().length <= room) {
            boolean cut = turns.size() < prompt.size()
                    || completion.length() < input.completion().length();
            return new EncodedInput(join(whole.ids(), critique), cut);
        }
        return new EncodedInput(join(fit(turns, completion, room), critique), true);
    }

    @Override
    public EncodedInput encodeTemplated(String prompt, String completion) {
        String text = prompt + completion;
        int[] critique = critiques == Critiques.NONE ? NOTHING : critiqueTurn(null);
        int room = maxTokens - critique.length;
        String end = text.substring(Math.max(0, text.length() - reach));
        int[] ids = tokenizer.encode(tokenizer.templated(end));
        if (ids.length == 0) {
            throw new ConversationRefusedException("The text is empty.");
        }
        int[] kept = Arrays.copyOfRange(ids, Math.max(0, ids.length - room), ids.length);
        return new EncodedInput(join(kept, critique), end.length() < text.length() || kept.length < ids.length);
    }

    @Override
    public EncodedInput withoutCritique(EncodedInput input) {
        int[] ids = input.ids();
        for (int i = ids.length - before.length; critiques == Critiques.TURN && i >= 0; i--) {
            if (Arrays.equals(ids, i, i + before.length, before, 0, before.length)) {
                return new EncodedInput(join(Arrays.copyOf(ids, i), critiqueTurn(null)), input.truncated());
            }
        }
        return input;
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private int[] critiqueTurn(@Nullable String critique) {
        String content = critique == null
                ? NO_CRITIQUE
                : (HEADER + guarded(checked(critique, "critique").strip())).strip();
        return join(join(before, tokenizer.encode(tokenizer.named(content))), after);
    }

    /** The latest turns that could fit by their length; the last is always among them. */
    private List<Turn> ofReach(List<Turn> prompt) {
        checked(prompt.get(prompt.size() - 1).content(), "last turn");
        int from = prompt.size() - 1;
        long length = 0;
        // A turn takes a token at least.
        int oldest = Math.max(0, prompt.size() - maxTokens);
        while (from >= oldest && (length += prompt.get(from).content().length()) <= reach) {
            from--;
        }
        return prompt.subList(from + 1, prompt.size());
    }

    private String checked(String text, String what) {
        if (text.length() > reach) {
            throw new InputTooLongException("The " + what + " has " + text.length()
                    + " characters, and the model takes " + maxTokens + " tokens: shorten it.");
        }
        return text;
    }

    private int[] fit(List<Turn> turns, String completion, int room) {
        int start = cutTo(completion, maxTokens / 3);
        Written kept = written(turns, shortened(completion, start), 0);
        if (kept.ids().length > room) {
            kept = dropped(turns, shortened(completion, start), room);
            if (kept.ids().length > room) {
                start = cutTo(completion, LEAST);
                kept = written(turns, shortened(completion, start), turns.size() - 1);
            }
        }
        if (kept.ids().length > room) {
            throw new InputTooLongException("The critique and the last turn are " + (kept.ids().length - room)
                    + " tokens longer than the model's limit of " + maxTokens + " allows: shorten them.");
        }
        int from = kept.from();
        int length = largest(
                start,
                completion.length(),
                room,
                n -> written(turns, shortened(completion, n), from).ids().length);
        return written(turns, shortened(completion, length), from).ids();
    }

    /** Drops the fewest turns with which the rest fits; all but the last when nothing helps. */
    private Written dropped(List<Turn> turns, String completion, int room) {
        int tooMany = 0;
        Written fewest = written(turns, completion, turns.size() - 1);
        while (fewest.from() - tooMany > 1) {
            Written middle = written(turns, completion, (tooMany + fewest.from()) / 2);
            if (middle.ids().length > room) {
                tooMany = middle.from();
            } else if (middle.from() < fewest.from()) {
                fewest = middle;
            } else {
                break;
            }
        }
        return fewest;
    }

    /** The conversation from this turn on, or from the next one with which the template accepts it. */
    private Written written(List<Turn> turns, String completion, int from) {
        String refusal = "";
        int last = from == 0 ? 1 : turns.size();
        for (int first = from; first < last; first++) {
            List<Turn> conversation = new ArrayList<>();
            for (Turn turn : turns.subList(first, turns.size())) {
                String role = ROLES.contains(turn.role()) ? turn.role() : tokenizer.guardAll(turn.role());
                conversation.add(new Turn(role, guarded(turn.content())));
            }
            conversation.add(new Turn("assistant", guarded(completion)));
            try {
                String text = tokenizer.named(template.render(conversation, false));
                return new Written(first, tokenizer.encode(text));
            } catch (TemplateException e) {
                refusal = String.valueOf(e.getMessage());
            }
        }
        throw new ConversationRefusedException(
                "The model's chat template refuses this conversation (" + refusal + "): change its turns.");
    }

    private String guarded(String text) {
        StringBuilder marked = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            marked.append(text.charAt(i));
            if (markers.at(text, i, true) != null) {
                marked.append(' ');
            }
        }
        return tokenizer.guard(marked.toString());
    }

    /** How many characters of the completion may stay for it to have this many tokens. */
    private int cutTo(String completion, int tokens) {
        return largest(
                0,
                completion.length(),
                tokens,
                n -> tokenizer.encode(tokenizer.named(guarded(shortened(completion, n)))).length);
    }

    /** The largest number found, at least {@code low}, whose tokens are within the limit, in a few guesses. */
    private static int largest(int low, int high, int limit, IntUnaryOperator tokens) {
        int most = tokens.applyAsInt(high);
        if (most <= limit) {
            return high;
        }
        int fits = low;
        int least = tokens.applyAsInt(low);
        int tooLarge = high;
        for (int guesses = 0; guesses < 12 && tooLarge - fits > 1 && limit - least > SLACK; guesses++) {
            long step = (long) (tooLarge - fits) * (limit - least) / Math.max(1, most - least);
            int guess = fits + (int) Math.max(1, Math.min(step, tooLarge - fits - 1));
            int count = tokens.applyAsInt(guess);
            if (count <= limit) {
                fits = guess;
                least = count;
            } else {
                tooLarge = guess;
                most = count;
            }
        }
        return fits;
    }

    /** The text with its middle left out, this many of its characters kept. */
    private static String shortened(String text, int kept) {
        if (kept >= text.length()) {
            return text;
        }
        int head = kept - kept / 2;
        int tail = text.length() - kept / 2;
        head -= head > 0 && Character.isHighSurrogate(text.charAt(head - 1)) ? 1 : 0;
        tail += tail < text.length() && Character.isLowSurrogate(text.charAt(tail)) ? 1 : 0;
        return text.substring(0, head) + CUT + text.substring(tail);
    }

    private static int[] join(int[] first, int[] second) {
        int[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
