package dev.touchstone.quickstart.docs;

import java.util.Locale;

/**
 * A setting of a service.
 *
 * @param property its name as a property
 * @param usual its default; {@code none} where it need not be set and has none
 * @param meaning what it means, as the code says
 */
public record Setting(String property, String usual, String meaning) {
    /** Its name as an environment variable. */
    public String variable() {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
