package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.text.BpeTrainer;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.util.*;
import org.junit.jupiter.api.Test;

class ProbeTest {
    @Test
    void probe() throws Exception {
        Torch.start(1);
        TaskSettings settings = TaskSettings.usual();
        LookupTask task = new LookupTask(settings);
        byte[] json = BpeTrainer.train(Wording.corpus(settings), 1500);
        String spec = System.getenv().getOrDefault("PROBE", "PLAIN,0.05,1000,200,1,0.002,0.15");
        for (String one : spec.split(";")) {
            String[] f = one.split(",");
            Arm arm = Arm.valueOf(f[0]);
            int n = Integer.parseInt(f[2]);
            int steps = Integer.parseInt(f[3]);
            int seed = Integer.parseInt(f[4]);
            Critic critic = new Critic(Double.parseDouble(f[1]), seed);
            Tokenizer tokenizer = Tokenizer.of(json);
            TrainingConfig config = TrainingConfig.defaults(seed).toBuilder()
                    .learningRate(Double.parseDouble(f[5]))
                    .critiqueDropout(Double.parseDouble(f[6]))
                    .build();
            ArmRun run = new ArmRun(config, tokenizer);
            List<Pair> train = task.training(n, new Random(1000 + seed));
            List<Pair> validation = task.training(1000, new Random(77));
            List<Pair> id = task.test(2000, LookupTask.Slice.ID, new Random(99));
            List<Pair> hard = task.test(1000, LookupTask.Slice.HARD, new Random(98));
            long a = System.nanoTime();
            ArmRun.Encoded t = run.encoded(arm, train, critic);
            if (one.equals(spec.split(";")[0])) {
                System.out.println("PROBE vocabulary " + tokenizer.vocabulary() + " tokens "
                        + t.chosen().get(0).length());
            }
            Map<String, ArmRun.Encoded> tests = new LinkedHashMap<>();
            tests.put("id", run.encoded(arm, id, critic));
            tests.put("hard", run.encoded(arm, hard, critic));
            if (arm == Arm.CRITIQUED) {
                tests.put("absent", run.encoded(Arm.PLAIN, id, critic));
                tests.put("swapped", run.encoded(Arm.SWAPPED, id, critic));
            }
            tests.put("train", run.encoded(arm, train.subList(0, Math.min(1000, n)), critic));
            long b = System.nanoTime();
            ArmRun.Best best = run.train(
                    t, run.encoded(arm, validation, critic), tests, steps, Math.max(25, steps / 20), new Random(seed));
            long c = System.nanoTime();
            System.out.printf("PROBE %s encode %.1f s train %.1f s %s%n", one, (b - a) / 1e9, (c - b) / 1e9, best);
            run.close();
        }
    }
}
