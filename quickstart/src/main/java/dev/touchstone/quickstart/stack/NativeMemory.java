package dev.touchstone.quickstart.stack;

import java.util.Map;

/**
 * How a process that computes with libtorch keeps its memory. A training step takes and frees the same large buffers every
 * time; glibc gives them back to the system, which then has to clear tens of thousands of pages for the next step. These
 * variables let it keep them: it trims nothing below 4 GB, grows by 64 MB at once, takes a mapping of its own only for what
 * is larger than 32 MB (more it does not allow), and has one arena, so that there is one such store.
 */
public final class NativeMemory {

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "MALLOC_TRIM_THRESHOLD_", "4000000000",
            "MALLOC_MMAP_THRESHOLD_", "33554432",
            "MALLOC_TOP_PAD_", "67108864",
            "MALLOC_ARENA_MAX", "1");

    private NativeMemory() {}

    /** Variables for such a process; other systems than Linux with glibc ignore them. */
    public static Map<String, String> environment() {
        return ENVIRONMENT;
    }
}
