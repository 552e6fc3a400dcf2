package dev.touchstone.scorer.browser;

import dev.touchstone.testkit.cluster.TestCluster;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/** Gives the scorer that the browser looks at topics of its own. */
public final class PageCluster implements QuarkusTestResourceLifecycleManager {
    static final String PREFIX = "page.";

    @Override
    public Map<String, String> start() {
        TestCluster cluster = TestCluster.shared();
        cluster.topics(PREFIX);
        Map<String, String> config = new HashMap<>();
        for (String name : new String[] {"bootstrap.servers", "schema.registry.url"}) {
            config.put("kafka." + name, cluster.settings().client().get(name).toString());
        }
        config.put("touchstone.topic-prefix", PREFIX);
        return config;
    }

    @Override
    public void stop() {
        // The cluster is shared by all tests of this JVM and ends with it.
    }
}
