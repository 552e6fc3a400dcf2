package dev.touchstone.trainer.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.schemas.UserError;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerProcessTest {
    @Test
    void shouldTakeTheShareOfPairsShownWithoutCritiquesWhenThereIsABaseModel() {
        assertThat(training(Map.of("touchstone.base-model", "models/qwen", "touchstone.withheld-share", "0.25")))
                .isEqualTo(TrainingConfig.fineTuning(1).withWithheldShare(0.25));
    }

    @Test
    void shouldRefuseThatShareWhenTheModelIsTheBuiltInOne() {
        assertThat(training(Map.of())).isEqualTo(TrainingConfig.defaults(1));
        assertThatThrownBy(() -> training(Map.of("touchstone.withheld-share", "0.25")))
                .isInstanceOf(UserError.class)
                .hasMessageMatching("touchstone\\.withheld-share is for base models: .+, so leave the setting out\\.");
    }

    private static TrainingConfig training(Map<String, String> changes) {
        TrainerConfig settings = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withMapping(TrainerConfig.class)
                .withDefaultValues(changes)
                .build()
                .getConfigMapping(TrainerConfig.class);
        return TrainerProcess.trainerSettings(settings).learner().training();
    }
}
