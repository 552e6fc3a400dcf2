package dev.touchstone.rewardmodel;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/**
 * The one place that sets up the native side. Call {@link #start} once, before anything else of this module, on any
 * thread; {@link #prepareThread} is called by this module on every thread that computes.
 */
public final class Torch {

    private static final String THREADS = "ai.djl.pytorch.num_threads";
    private static final String INTEROP_THREADS = "ai.djl.pytorch.num_interop_threads";

    private Torch() {}

    /**
     * Loads the engine. Native threads are a setting of the whole process: a second call with the same number does
     * nothing.
     *
     * @param threads native threads per computation; 1 makes training exactly repeatable, and more than the free cores
     *     is much slower than fewer
     */
    public static void start(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("native threads must be at least 1, but is " + threads + ".");
        }
        quiet();
        // The engine reads these two when it is loaded, whoever loads it first.
        System.setProperty(THREADS, Integer.toString(threads));
        System.setProperty(INTEROP_THREADS, "1");
        Engine.getEngine("PyTorch");
        int actual = JniUtils.getNumThreads();
        if (actual != threads) {
            throw new IllegalStateException("The native library already runs with " + actual
                    + " threads: call Torch.start(" + threads + ") before anything else of it.");
        }
    }

    /**
     * The device of this name, see {@link Compute}.
     *
     * @throws IllegalArgumentException when libtorch sees no such GPU
     */
    public static Device device(String name) {
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        int number = name.contains(":") ? Integer.parseInt(name.substring(name.indexOf(':') + 1)) : 0;
        if (number >= Engine.getEngine("PyTorch").getGpuCount()) {
            throw new IllegalArgumentException(
                    "The device is " + name
                            + ", but libtorch sees no such GPU: set the device to cpu, or bring CUDA natives as docs/gpu.md says.");
        }
        return Device.gpu(number);
    }

    /** No telemetry and no downloads, whichever part of the native side is touched first. */
    public static void quiet() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }

    /**
     * Sets what the native side keeps per thread. A program is differentiated on one thread and only run on another, which
     * its graph optimiser does not survive; and a thread's gradients are on until they are switched off.
     */
    public static void prepareThread() {
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
    }
}
