package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LoraConfigTest {

    @Test
    void shouldDivideByTheRankOrItsRootWhenScaled() {
        assertThat(new LoraConfig(16, 32, false, targets("q_proj")).scaling()).isEqualTo(2);
        assertThat(new LoraConfig(16, 32, true, targets("q_proj")).scaling()).isEqualTo(8);
    }

    @Test
    void shouldRefuseWhenItIsNoAdapter() {
        SortedSet<String> some = targets("q_proj");
        assertThatThrownBy(() -> new LoraConfig(0, 8, false, some)).hasMessageContaining("rank");
        assertThatThrownBy(() -> new LoraConfig(4, 0, false, some)).hasMessageContaining("alpha");
        assertThatThrownBy(() -> new LoraConfig(4, Double.NaN, false, some)).hasMessageContaining("alpha");
        assertThatThrownBy(() -> new LoraConfig(4, 8, false, targets())).hasMessageContaining("target");
        assertThatThrownBy(() -> new LoraConfig(4, 8, false, targets("lm_head")))
                .hasMessageContaining("lm_head");
    }

    @Test
    void shouldNotChangeWhenTheGivenSetDoes() {
        SortedSet<String> given = targets("q_proj");
        LoraConfig lora = new LoraConfig(4, 8, false, given);
        given.add("nonsense");
        assertThat(lora.targets()).containsExactly("q_proj");
    }

    private static SortedSet<String> targets(String... names) {
        return new TreeSet<>(List.of(names));
    }
}
