package dev.touchstone.scorer.shell;

import dev.touchstone.testkit.cluster.TestCluster;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/** Gives the scorer under test a real broker and registry. */
public final class ClusterResource implements QuarkusTestResourceLifecycleManager {
    static final String PREFIX = "shell.";

    @Override
    public Map<String, String> start() {
        TestCluster cluster = TestCluster.shared();
        cluster.topics(PREFIX);
        Map<String, String> config = new HashMap<>();
        for (String name : new String[] {"bootstrap.servers", "schema.registry.url"}) {
            config.put("kafka." + name, cluster.settings().client().get(name).toString());
        }
        config.put("touchstone.topic-prefix", PREFIX);
        config.put("touchstone.http.max-items", "8");
        config.put("quarkus.http.limits.max-body-size", "64K");
        return config;
    }

    @Override
    public void stop() {
        // The cluster is shared by all tests of this JVM and ends with it.
    }
}
