package dev.touchstone.schemas;

/** The consumer groups of the services: whoever wants to know how far one has read asks the broker for these. */
public final class ConsumerGroups {
    private static final String CRITIQUE_STREAM = "touchstone-critique-stream";

    private ConsumerGroups() {}

    /** The critique stream's, which is also the name of its Kafka Streams application. */
    public static String critiqueStream(String topicPrefix) {
        return topicPrefix.equals(TopicCatalogue.DEFAULT_PREFIX)
                ? CRITIQUE_STREAM
                : CRITIQUE_STREAM + "-" + topicPrefix.replaceAll("[._-]+$", "");
    }

    /** The trainer's of one model, which is also its transactional id. */
    public static String trainer(String topicPrefix, String modelId) {
        return topicPrefix + "trainer-" + modelId;
    }

    /** The scorers'. */
    public static String scorer(String topicPrefix) {
        return topicPrefix + "scorer";
    }
}
