package dev.touchstone.rewardmodel.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Strings to look for at a place in a text. */
final class Words {

    private final Map<Character, List<String>> byFirst = new HashMap<>();

    /** @param words none of them empty */
    Words(Collection<String> words) {
        for (String word : words) {
            byFirst.computeIfAbsent(fold(word.charAt(0)), c -> new ArrayList<>())
                    .add(word);
        }
        byFirst.values()
                .forEach(list ->
                        list.sort(Comparator.comparingInt(String::length).reversed()));
    }

    /** Whether one of the words begins with this character, in either case. */
    boolean begins(char c) {
        return byFirst.containsKey(fold(c));
    }

    /** The longest word at this place, in exactly these letters or, for a guard, in any case; null when there is none. */
    @Nullable
    String at(String text, int index, boolean anyCase) {
        List<String> candidates = byFirst.get(fold(text.charAt(index)));
        if (candidates != null) {
            for (String word : candidates) {
                if (text.regionMatches(anyCase, index, word, 0, word.length())) {
                    return word;
                }
            }
        }
        return null;
    }

    private static char fold(char c) {
        return Character.toLowerCase(Character.toUpperCase(c));
    }
}
