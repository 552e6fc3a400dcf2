package dev.touchstone.testkit.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.UserError;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterConditionTest {
    @OnTestCluster
    private static final class OnAny {}

    private static final class OnAnyToo extends AnyBase {}

    @OnTestCluster
    private static class AnyBase {}

    @EmbeddedOnly("kills its broker")
    private static final class OnOwn {}

    @Test
    void shouldRunEverythingWhenTheClusterIsEmbedded() {
        ClusterCondition condition = new ClusterCondition(ClusterKind.EMBEDDED, () -> {
            throw new AssertionError("nobody asked for containers");
        });

        assertThat(condition.against(OnAny.class)).isEmpty();
        assertThat(condition.against(OnOwn.class)).isEmpty();
    }

    @Test
    void shouldSkipOnlyTestsWithABrokerOfTheirOwnWhenContainersCanBeHad() {
        ClusterCondition condition = new ClusterCondition(ClusterKind.CONTAINERS, Optional::empty);

        assertThat(condition.against(OnAny.class)).isEmpty();
        assertThat(condition.against(OnOwn.class))
                .contains(
                        "Containers are asked for by touchstone.test.cluster and this test cannot run on them: it kills"
                                + " its broker");
    }

    @Test
    void shouldSkipWithTheReasonWhenContainersCannotBeHad() {
        ClusterCondition condition =
                new ClusterCondition(ClusterKind.CONTAINERS, () -> Optional.of("no Docker engine answers"));

        assertThat(condition.against(OnAny.class))
                .contains("Containers are asked for by touchstone.test.cluster and cannot be had: no Docker engine"
                        + " answers");
        assertThat(condition.against(OnAnyToo.class)).isPresent();
        assertThat(condition.against(String.class)).as("needs no cluster").isEmpty();
    }

    @Test
    void shouldNameTheKindsWhenAnotherOneIsAskedFor() {
        assertThat(ClusterKind.named("containers")).isEqualTo(ClusterKind.CONTAINERS);
        assertThatThrownBy(() -> ClusterKind.named("docker"))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "There is no cluster of kind docker: set touchstone.test.cluster to embedded or containers.");
    }
}
