package dev.touchstone.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a figure depends on besides the program. */
public final class Machine {

    private Machine() {}

    /** Processor, JDK, threads, and what else runs, as context of a report. */
    public static Map<String, Object> describe(int threads) {
        List<String> cpu = lines("/proc/cpuinfo");
        Set<String> flags = Set.copyOf(Arrays.asList(value(cpu, "flags").split(" ")));
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("processor", value(cpu, "model name"));
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("threads", threads);
        machine.put("amxBf16", flags.contains("amx_bf16"));
        machine.put("avx512Bf16", flags.contains("avx512_bf16"));
        if (!flags.contains("amx_bf16")) {
            machine.put("note", "This processor has no AMX, so the figures in bf16 do not hold here.");
        }
        machine.put("jdk", Runtime.version().toString());
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("keepsFreedMemory", System.getenv("MALLOC_TRIM_THRESHOLD_") != null);
        machine.put("loadBefore", load());
        return machine;
    }

    /** Processes that wanted to run, on the average of the last minute; -1 where the system does not say. */
    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** This process's resident memory; -1 where the system does not say (it is Linux that does). */
    static long residentMiB() {
        String size =
                value(lines("/proc/self/status"), "VmRSS").replace("kB", "").strip();
        return size.isEmpty() ? -1 : Long.parseLong(size) / 1024;
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("");
    }
}
