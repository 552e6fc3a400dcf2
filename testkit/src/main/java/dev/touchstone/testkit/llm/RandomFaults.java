package dev.touchstone.testkit.llm;

import dev.touchstone.testkit.llm.FakeLlm.Call;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Thread-safe. A script that has some calls go wrong by chance. Which ones depends on the seed and the calls' numbers alone.
 *
 * @param seed seed of the faults
 * @param rates share of the calls per fault, 0 to 1; for {@link Fault#SERVER_ERRORS}, share of the calls at which a burst begins
 * @param burst how many calls a burst of server errors lasts, 1 or more
 * @param script what is done to the other calls
 */
public record RandomFaults(long seed, Map<Fault, Double> rates, int burst, Function<Call, Behaviour> script)
        implements Function<Call, Behaviour> {
    /** @throws IllegalArgumentException if a rate is negative, their sum above 1, or the burst empty */
    public RandomFaults {
        rates = Map.copyOf(rates);
        FakeLlm.require(rates.values().stream().allMatch(rate -> rate >= 0), "a rate is negative");
        double sum = rates.values().stream().mapToDouble(rate -> rate).sum();
        FakeLlm.require(sum < 1 + 1e-9, "the rates add up to more than 1");
        FakeLlm.require(burst > 0, "the burst is empty");
    }

    /** No faults yet; bursts of five calls. */
    public static RandomFaults in(Function<Call, Behaviour> script, long seed) {
        return new RandomFaults(seed, Map.of(), 5, script);
    }

    /** The same with another rate of one fault. */
    public RandomFaults with(Fault fault, double rate) {
        Map<Fault, Double> changed = new EnumMap<>(Fault.class);
        changed.putAll(rates);
        changed.put(fault, rate);
        return new RandomFaults(seed, changed, burst, script);
    }

    /** The same with bursts of another length. */
    public RandomFaults withBurst(int calls) {
        return new RandomFaults(seed, rates, calls, script);
    }

    @Override
    public Behaviour apply(Call call) {
        for (int begin = call.number(); begin > Math.max(0, call.number() - burst); begin--) {
            SplittableRandom random = Dice.of(seed, "burst", begin);
            if (random.nextDouble() < rates.getOrDefault(Fault.SERVER_ERRORS, 0.0)) {
                return Fault.SERVER_ERRORS.insteadOf(script.apply(call), random);
            }
        }
        SplittableRandom random = Dice.of(seed, "fault", call.number());
        double left = random.nextDouble();
        for (Fault fault : Fault.values()) {
            double rate = fault == Fault.SERVER_ERRORS ? 0 : rates.getOrDefault(fault, 0.0);
            if (left < rate) {
                return fault.insteadOf(script.apply(call), random);
            }
            left -= rate;
        }
        return script.apply(call);
    }
}
