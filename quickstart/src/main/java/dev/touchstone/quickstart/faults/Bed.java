package dev.touchstone.quickstart.faults;

import dev.touchstone.quickstart.stack.Stack;
import dev.touchstone.quickstart.stack.StackPlan;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.testkit.verify.Stage;
import dev.touchstone.testkit.verify.Verdict;
import dev.touchstone.testkit.verify.Verifier;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a kill loop happens on.
 *
 * @param place where the stack lies
 * @param stack prepared by that plan and not started; closing it is the caller's
 * @param clock tells when something is sent
 * @param console takes a line per kill
 */
public record Bed(StackPlan place, Stack stack, Clock clock, Consumer<String> console) {
    private static final int LOOK_EVERY_MS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    KafkaSettings kafka() {
        return place.settings();
    }

    TopicCatalogue topics() {
        return place.topics();
    }

    void say(String line) {
        console.accept(line);
    }

    /**
     * Whether something became true in time.
     *
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good
     */
    boolean until(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long giveUpAt = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            stack.throwIfFailed();
            if (System.nanoTime() > giveUpAt) {
                return false;
            }
            Thread.sleep(LOOK_EVERY_MS);
        }
        return true;
    }

    /**
     * Lets time pass.
     *
     * @param meanwhile is done again and again
     */
    void pass(Duration time, Runnable meanwhile) throws InterruptedException {
        boolean unused = until(time, () -> {
            meanwhile.run();
            return false;
        });
    }

    /**
     * Whether a number came to a goal, however long that took, without a stall on the way.
     *
     * @param stall longest time in which the number may stay as it is
     * @throws dev.touchstone.quickstart.stack.PartFailure if a part ends for good
     */
    boolean growth(Duration stall, LongSupplier number, LongSupplier goal) throws InterruptedException {
        while (number.getAsLong() < goal.getAsLong()) {
            long before = number.getAsLong();
            if (!until(stall, () -> number.getAsLong() > before || number.getAsLong() >= goal.getAsLong())) {
                return false;
            }
        }
        return true;
    }

    /** What the topics hold. */
    Verdict judge(Stage stage, Duration wait) {
        say("Judging the topics.");
        return new Verifier(kafka(), topics(), PATIENCE, Set.of(stage)).verify(wait, (done, total) -> {});
    }
}
