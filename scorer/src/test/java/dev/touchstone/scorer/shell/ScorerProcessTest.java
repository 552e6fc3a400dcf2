package dev.touchstone.scorer.shell;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.schemas.UserError;
import org.junit.jupiter.api.Test;

class ScorerProcessTest {
    @Test
    void shouldRefuseOtherMachinesWhenNobodyAllowedThem() {
        assertThatThrownBy(() -> ScorerProcess.refuseOtherMachines("0.0.0.0", false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("touchstone.http.insecure=true");
        assertThatThrownBy(() -> ScorerProcess.refuseOtherMachines("::", false)).isInstanceOf(UserError.class);
        for (String loopback : new String[] {"127.0.0.1", "localhost", "::1"}) {
            assertThatCode(() -> ScorerProcess.refuseOtherMachines(loopback, false))
                    .doesNotThrowAnyException();
        }
        assertThatCode(() -> ScorerProcess.refuseOtherMachines("0.0.0.0", true)).doesNotThrowAnyException();
    }
}
