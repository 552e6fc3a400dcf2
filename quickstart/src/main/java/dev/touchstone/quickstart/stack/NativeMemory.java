package dev.touchstone.quickstart.stack;

import java.util.Map;

/**
 * How a process that computes with libtorch keeps its memory. A training step takes and frees the same large buffers every
 * time. As it comes, glibc maps each one of 32 MiB and more anew, and gives smaller ones back once enough are free; the
 * system then clears the same pages for every step, tens of thousands of them in fp32. With these variables it keeps what it
 * has: no mapping of its own for a buffer, nothing given back below 4 GB, growth by 64 MiB at once, and one arena, so that
 * there is one such store.
 */
public final class NativeMemory {

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "MALLOC_MMAP_MAX_", "0",
            "MALLOC_TRIM_THRESHOLD_", "4000000000",
            "MALLOC_TOP_PAD_", "67108864",
            "MALLOC_ARENA_MAX", "1");

    private NativeMemory() {}

    /** Variables for such a process; systems without glibc ignore them. */
    public static Map<String, String> environment() {
        return ENVIRONMENT;
    }
}
