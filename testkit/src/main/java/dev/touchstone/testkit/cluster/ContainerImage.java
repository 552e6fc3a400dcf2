package dev.touchstone.testkit.cluster;

import java.util.Locale;

/** What tests on containers run: the images of {@code docker/compose.yaml}, unless a system property names another. */
public enum ContainerImage {
    /** The broker; {@code touchstone.test.image.kafka}. Another one must be started as this one is. */
    KAFKA("apache/kafka:4.3.1"),
    /** The registry; {@code touchstone.test.image.registry}. */
    REGISTRY("apicurio/apicurio-registry:3.0.9");

    private final String standard;

    ContainerImage(String standard) {
        this.standard = standard;
    }

    /** Name and tag where no property is set. */
    public String standard() {
        return standard;
    }

    String chosen() {
        return System.getProperty("touchstone.test.image." + name().toLowerCase(Locale.ROOT), standard);
    }
}
