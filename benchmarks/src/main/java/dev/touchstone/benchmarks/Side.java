package dev.touchstone.benchmarks;

import java.io.IOException;

/** One of the things that are compared. */
interface Side {

    /** What reports call it. */
    String name();

    /** Runs it once and says how many milliseconds that took. */
    double run() throws IOException;

    /** Work in this process, by the wall clock. */
    static Side timed(String name, Runnable work) {
        return new Side() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double run() {
                long begin = System.nanoTime();
                work.run();
                return (System.nanoTime() - begin) / 1e6;
            }
        };
    }
}
