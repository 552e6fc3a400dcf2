package dev.touchstone.rewardmodel.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The operations of a decoder on one sequence, in plain loops over doubles, each with its own reverse step beside it.
 * {@link #reverse} runs these steps from the last to the first and so leaves the gradient of every weight.
 */
final class ReferenceTape {

    /** A vector per token, and the gradient of the result with respect to it. */
    record Rows(double[][] value, double[][] slope) {
        Rows(int tokens, int width) {
            this(new double[tokens][width], new double[tokens][width]);
        }

        int tokens() {
            return value.length;
        }
    }

    private final Map<String, double[]> weights;
    private final Map<String, double[]> slopes = new HashMap<>();
    private final Deque<Runnable> steps = new ArrayDeque<>();

    ReferenceTape(Map<String, double[]> weights) {
        this.weights = weights;
    }

    /** Gradients of the weights that took part. */
    Map<String, double[]> reverse() {
        while (!steps.isEmpty()) {
            steps.pop().run();
        }
        return slopes;
    }

    Rows embed(String name, int[] ids, int width) {
        double[] w = weight(name);
        double[] dw = slope(name);
        Rows y = new Rows(ids.length, width);
        for (int t = 0; t < ids.length; t++) {
            System.arraycopy(w, ids[t] * width, y.value[t], 0, width);
        }
        steps.push(() -> {
            for (int t = 0; t < ids.length; t++) {
                for (int i = 0; i < width; i++) {
                    dw[ids[t] * width + i] += y.slope[t][i];
                }
            }
        });
        return y;
    }

    /** y = W x, plus a bias where the module has one. */
    Rows linear(String module, Rows x) {
        double[] w = weight(module + ".weight");
        double[] dw = slope(module + ".weight");
        int inputs = x.value[0].length;
        int outputs = w.length / inputs;
        boolean biased = weights.containsKey(module + ".bias");
        double[] b = biased ? weight(module + ".bias") : new double[outputs];
        double[] db = biased ? slope(module + ".bias") : new double[outputs];
        Rows y = new Rows(x.tokens(), outputs);
        for (int t = 0; t < x.tokens(); t++) {
            for (int o = 0; o < outputs; o++) {
                double sum = b[o];
                for (int i = 0; i < inputs; i++) {
                    sum += w[o * inputs + i] * x.value[t][i];
                }
                y.value[t][o] = sum;
            }
        }
        steps.push(() -> {
            for (int t = 0; t < x.tokens(); t++) {
                for (int o = 0; o < outputs; o++) {
                    double dy = y.slope[t][o];
                    db[o] += dy;
                    for (int i = 0; i < inputs; i++) {
                        dw[o * inputs + i] += dy * x.value[t][i];
                        x.slope[t][i] += dy * w[o * inputs + i];
                    }
                }
            }
        });
        return y;
    }

    /** y = w x / sqrt(mean(x^2) + epsilon) over each stretch as wide as the weight: a whole row, or a head of it. */
    Rows norm(String name, Rows x, double epsilon) {
        double[] w = weight(name);
        double[] dw = slope(name);
        int n = w.length;
        int width = x.value[0].length;
        Rows y = new Rows(x.tokens(), width);
        double[][] inverse = new double[x.tokens()][width / n];
        for (int t = 0; t < x.tokens(); t++) {
            for (int start = 0; start < width; start += n) {
                double squares = 0;
                for (int i = 0; i < n; i++) {
                    squares += x.value[t][start + i] * x.value[t][start + i];
                }
                double r = 1 / Math.sqrt(squares / n + epsilon);
                inverse[t][start / n] = r;
                for (int i = 0; i < n; i++) {
                    y.value[t][start + i] = w[i] * x.value[t][start + i] * r;
                }
            }
        }
        steps.push(() -> {
            for (int t = 0; t < x.tokens(); t++) {
                for (int start = 0; start < width; start += n) {
                    double r = inverse[t][start / n];
                    double along = 0;
                    for (int i = 0; i < n; i++) {
                        along += y.slope[t][start + i] * w[i] * x.value[t][start + i];
                    }
                    for (int i = 0; i < n; i++) {
                        double dy = y.slope[t][start + i];
                        double xi = x.value[t][start + i];
                        dw[i] += dy * xi * r;
                        x.slope[t][start + i] += dy * w[i] * r - xi * r * r * r * along / n;
                    }
                }
            }
        });
        return y;
    }

    /** Turns the pairs (i, i + headDim / 2) of every head by the angles of the token's position. */
    Rows rotate(Rows x, int headDim, ReferenceRotary rotary) {
        int half = headDim / 2;
        int width = x.value[0].length;
        Rows y = new Rows(x.tokens(), width);
        for (int t = 0; t < x.tokens(); t++) {
            for (int a = 0; a < width; a++) {
                int i = a % headDim;
                int pair = i % half;
                double partner = i < half ? -x.value[t][a + half] : x.value[t][a - half];
                y.value[t][a] = x.value[t][a] * rotary.cos()[t][pair] + partner * rotary.sin()[t][pair];
            }
        }
        steps.push(() -> {
            for (int t = 0; t < x.tokens(); t++) {
                for (int a = 0; a < width; a++) {
                    int i = a % headDim;
                    int pair = i % half;
                    double partner = i < half ? y.slope[t][a + half] : -y.slope[t][a - half];
                    x.slope[t][a] += y.slope[t][a] * rotary.cos()[t][pair] + partner * rotary.sin()[t][pair];
                }
            }
        });
        return y;
    }

    /** Causal softmax attention; a window above 0 hides keys that many tokens back and further. */
    Rows attend(Rows q, Rows k, Rows v, int headDim, int window) {
        int heads = q.value[0].length / headDim;
        int sharing = heads / (k.value[0].length / headDim);
        double scale = 1 / Math.sqrt(headDim);
        Rows y = new Rows(q.tokens(), q.value[0].length);
        for (int head = 0; head < heads; head++) {
            int own = head * headDim;
            int shared = head / sharing * headDim;
            for (int t = 0; t < q.tokens(); t++) {
                int first = window > 0 ? Math.max(0, t - window + 1) : 0;
                double[] share = shares(q.value[t], own, k.value, shared, headDim, first, t, scale);
                for (int s = first; s <= t; s++) {
                    for (int i = 0; i < headDim; i++) {
                        y.value[t][own + i] += share[s] * v.value[s][shared + i];
                    }
                }
                int query = t;
                steps.push(() -> attendBack(q, k, v, y, share, own, shared, headDim, first, query, scale));
            }
        }
        return y;
    }

    private static double[] shares(
            double[] q, int own, double[][] k, int shared, int headDim, int first, int last, double scale) {
        double[] share = new double[last + 1];
        double greatest = Double.NEGATIVE_INFINITY;
        for (int s = first; s <= last; s++) {
            for (int i = 0; i < headDim; i++) {
                share[s] += q[own + i] * k[s][shared + i] * scale;
            }
            greatest = Math.max(greatest, share[s]);
        }
        double total = 0;
        for (int s = first; s <= last; s++) {
            share[s] = Math.exp(share[s] - greatest);
            total += share[s];
        }
        for (int s = first; s <= last; s++) {
            share[s] /= total;
        }
        return share;
    }

    private static void attendBack(
            Rows q,
            Rows k,
            Rows v,
            Rows y,
            double[] share,
            int own,
            int shared,
            int headDim,
            int first,
            int t,
            double scale) {
        double[] dShare = new double[t + 1];
        double mean = 0;
        for (int s = first; s <= t; s++) {
            for (int i = 0; i < headDim; i++) {
                double dy = y.slope[t][own + i];
                dShare[s] += dy * v.value[s][shared + i];
                v.slope[s][shared + i] += dy * share[s];
            }
            mean += share[s] * dShare[s];
        }
        for (int s = first; s <= t; s++) {
            double dDot = share[s] * (dShare[s] - mean) * scale;
            for (int i = 0; i < headDim; i++) {
                q.slope[t][own + i] += dDot * k.value[s][shared + i];
                k.slope[s][shared + i] += dDot * q.value[t][own + i];
            }
        }
    }

    /** silu(gate) * up. */
    Rows gate(Rows gate, Rows up) {
        int width = gate.value[0].length;
        Rows y = new Rows(gate.tokens(), width);
        for (int t = 0; t < y.tokens(); t++) {
            for (int i = 0; i < width; i++) {
                y.value[t][i] = gate.value[t][i] * sigmoid(gate.value[t][i]) * up.value[t][i];
            }
        }
        steps.push(() -> {
            for (int t = 0; t < y.tokens(); t++) {
                for (int i = 0; i < width; i++) {
                    double g = gate.value[t][i];
                    double s = sigmoid(g);
                    up.slope[t][i] += y.slope[t][i] * g * s;
                    gate.slope[t][i] += y.slope[t][i] * up.value[t][i] * (s + g * s * (1 - s));
                }
            }
        });
        return y;
    }

    Rows add(Rows a, Rows b) {
        int width = a.value[0].length;
        Rows y = new Rows(a.tokens(), width);
        for (int t = 0; t < y.tokens(); t++) {
            for (int i = 0; i < width; i++) {
                y.value[t][i] = a.value[t][i] + b.value[t][i];
            }
        }
        steps.push(() -> {
            for (int t = 0; t < y.tokens(); t++) {
                for (int i = 0; i < width; i++) {
                    a.slope[t][i] += y.slope[t][i];
                    b.slope[t][i] += y.slope[t][i];
                }
            }
        });
        return y;
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private double[] weight(String name) {
        double[] w = weights.get(name);
        if (w == null) {
            throw new IllegalStateException("The reference lacks the weight " + name + ".");
        }
        return w;
    }

    private double[] slope(String name) {
        return slopes.computeIfAbsent(name, n -> new double[weight(n).length]);
    }
}
