package dev.touchstone.schemas;

import java.util.Set;
import java.util.regex.Pattern;

/** The names of versions on the topic of models that have a meaning of their own; every other name is a pin. */
public final class Aliases {
    /** The version that serves. */
    public static final String CHAMPION = "champion";
    /** The version that served before it. */
    public static final String PREVIOUS = "previous";
    /** Stands while the gate may not promote; names the version that served when that began. */
    public static final String HOLD = "hold";

    private static final Set<String> RESERVED = Set.of(CHAMPION, PREVIOUS, HOLD);
    private static final Pattern PIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private Aliases() {}

    /** Whether a person may give this name. */
    public static boolean isPin(String alias) {
        return PIN.matcher(alias).matches() && !RESERVED.contains(alias);
    }

    /** The key of a name on the topic of models. */
    public static String key(String modelId, String alias) {
        return modelId + "/" + alias;
    }
}
