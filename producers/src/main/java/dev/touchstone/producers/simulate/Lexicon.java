package dev.touchstone.producers.simulate;

import dev.touchstone.producers.task.Manner;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The words and sentences that tasks and answers are made of. No sentence here but those of a tone has a sign of one. */
final class Lexicon {
    /** Nouns that can be asked for; each begins with a consonant, so that "a" fits. */
    static final List<String> NOUNS = words("""
            river mountain candle window ladder basket pebble lantern bridge forest kettle blanket button carpet castle
            circle cloud compass copper corner cricket desert dragon feather finger forge fossil gate glacier hammer harbor
            hedge helmet honey hunter jacket jungle keyboard kitten ladle lemon library lizard lobster magnet market meadow
            melon mirror monkey mustard napkin needle pillow pirate planet pocket pony potato puddle puzzle rabbit railway
            ribbon rocket saddle sailor salad shadow shelf shovel signal silver spider statue stone summer sunset table
            teapot temple thunder tiger timber tower tractor treasure tunnel turtle valley velvet village violin wagon
            walnut waterfall whistle willow winter wizard yogurt zebra""");

    /** Words that an answer can be told to end with. */
    static final List<String> LAST_WORDS =
            words("today friend indeed goodbye together again now forever tomorrow always finally tonight");

    /** What a prompt may begin with. */
    static final List<String> GREETINGS = List.of(
            "", "", "", "", "Hello.", "Hi there.", "A small task.", "Quick question.", "Next one.", "Now this.");

    /** Sentences that state the result last: left operand, operator, right operand, result. */
    static final List<String> ANSWERS = List.of(
            "%1$d %2$s %3$d is %4$d.",
            "The answer is %4$d.",
            "%1$d %2$s %3$d makes %4$d.",
            "It comes to %4$d.",
            "I get %4$d.",
            "That gives %4$d.",
            "The result is %4$d.",
            "For %1$d %2$s %3$d I find %4$d.");

    /** Sentences around a noun. */
    static final List<String> NOUN_SENTENCES = List.of(
            "A %s comes to mind.",
            "Think of a %s here.",
            "It is like counting beside a %s.",
            "Picture a %s for a moment.",
            "The %s can wait.",
            "There is a %s on my desk.",
            "Imagine one more %s.",
            "Nobody asked the %s about it.",
            "The story has a %s too.");

    /** Sentences that say little. Some have words that the hidden taste likes or dislikes. */
    static final List<String> FILLERS = List.of(
            "I counted it twice.",
            "I went through it slowly.",
            "It can be done carefully on paper.",
            "One simply follows the steps.",
            "The garden is quiet this morning.",
            "Move gently from left to right.",
            "It is basically one step.",
            "Frankly there is not much to it.",
            "Anyway the rest is easy.",
            "It goes quickly once begun.",
            "The engine of it is the first step.",
            "It is merely a matter of order.",
            "You can check it with your fingers.",
            "Numbers like these are common at school.",
            "The steps are short and plain.",
            "I wrote each step down first.",
            "Start with the larger number and go on.",
            "A sheet of paper is enough for this.",
            "Most people do this one in their head.",
            "The order of the steps does matter here.",
            "There are other ways to see it as well.",
            "It took me less than a minute.",
            "That part is the same every time.",
            "Keep the first number in mind while you go.");

    /** Last sentences. */
    static final List<String> CLOSERS = List.of(
            "That is all.",
            "That is the whole of it.",
            "So much for that.",
            "There it is.",
            "I hope that is clear.",
            "And that is it.");

    /** Last sentences that ask something. */
    static final List<String> QUESTIONS = List.of(
            "Does that help?",
            "Is that clear?",
            "Shall I show the steps?",
            "Do you have another one?",
            "Would you like to see more?",
            "Is there anything else?");

    /** Last sentences around a last word. */
    static final List<String> LAST_WORD_SENTENCES =
            List.of("That is all, %s.", "So it stays, %s.", "And there it is, %s.", "That settles it, %s.");

    /** First sentences without a tone. */
    static final List<String> PLAIN_OPENERS =
            List.of("Let me see.", "Here is what I have.", "Well then.", "I will work it out.", "Right.");

    /** Sentences that have a tone. */
    static final Map<Manner, List<String>> WITH_TONE = Map.of(
            Manner.POLITE,
            List.of(
                    "Thank you for asking.",
                    "Of course, glad to help.",
                    "Thanks for the question.",
                    "It is a pleasure to answer.",
                    "Please find it here.",
                    "You kindly asked me this."),
            Manner.CHEERFUL,
            List.of(
                    "What a lovely little task!",
                    "Hooray, a sum!",
                    "This is great fun!",
                    "What a joy to count!",
                    "Such wonderful numbers!",
                    "It makes me smile."),
            Manner.FORMAL,
            List.of(
                    "The calculation is given here.",
                    "As requested, it was worked out.",
                    "The following was found.",
                    "It is respectfully submitted.",
                    "This was done in accordance with the task.",
                    "The result is hereby stated."));

    /** Sentences that go against a tone. */
    static final Map<Manner, List<String>> AGAINST_TONE = Map.of(
            Manner.POLITE,
            List.of(
                    "What a stupid question.",
                    "Obviously you cannot count.",
                    "How annoying to be asked this.",
                    "Only a lazy person asks that.",
                    "This is a waste of my time.",
                    "Do not bother me with nonsense."),
            Manner.CHEERFUL,
            List.of(
                    "Another dull sum.",
                    "I am tired of numbers.",
                    "What a gloomy little task.",
                    "Sigh, here we go.",
                    "This is boring work.",
                    "Sadly I have to count."),
            Manner.FORMAL,
            List.of(
                    "Hey, I got this.",
                    "Yeah, no trouble at all.",
                    "It is kinda easy stuff.",
                    "Dude, that one is nice.",
                    "I am gonna tell you.",
                    "You wanna know, right."));

    private Lexicon() {}

    private static List<String> words(String text) {
        return Arrays.asList(text.strip().split("\\s+"));
    }
}
