package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.BuiltInConfig;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The built-in decoder and its loss once more, in plain loops over doubles, to hold the program against. */
final class ReferenceDecoder {

    private final BuiltInConfig config;
    private final Map<String, Integer> offsets = new HashMap<>();

    ReferenceDecoder(BuiltInConfig config) {
        this.config = config;
        ParameterLayout.of(config, null).trained().parameters().forEach(p -> offsets.put(p.name(), (int) p.offset()));
    }

    /** Mean Bradley-Terry loss over pairs and heads with margins and smoothing, plus the centring term. */
    double loss(double[] w, ReferenceLlama.Batch batch) {
        double[][] high = new double[batch.pairs()][];
        double[][] low = new double[batch.pairs()][];
        for (int i = 0; i < batch.pairs(); i++) {
            high[i] = rewards(w, batch.chosen()[i]);
            low[i] = rewards(w, batch.rejected()[i]);
        }
        return loss(high, low, batch);
    }

    /** The same of rewards, [pairs][heads]. */
    static double loss(double[][] chosen, double[][] rejected, ReferenceLlama.Batch batch) {
        double sum = 0;
        for (int i = 0; i < batch.pairs(); i++) {
            double[] high = chosen[i];
            double[] low = rejected[i];
            for (int k = 0; k < high.length; k++) {
                double z = high[k] - low[k] - batch.margins()[i];
                double loss = (1 - batch.smoothing()) * Math.log1p(Math.exp(-z))
                        + batch.smoothing() * Math.log1p(Math.exp(z))
                        + batch.centring() * (high[k] + low[k]) * (high[k] + low[k]);
                sum += batch.weight(i, k) * loss / high.length;
            }
        }
        return sum / batch.pairs();
    }

    /** One logit per reward head, at the last token. */
    double[] rewards(double[] w, int[] ids) {
        double[][] x = embedded(w, "", ids);
        for (int layer = 0; layer < config.layers(); layer++) {
            block(w, x, new double[0][], "layers." + layer + ".");
        }
        return head(w, "", x);
    }

    /** Rewards of an input with a critique beside it: its own as far as they are trusted, and what the critique adds. */
    double[] rewards(double[] w, int[] ids, int[] critique) {
        double[] rewards = rewards(w, ids);
        double[] said = said(w, ids, critique);
        for (int k = 0; k < rewards.length; k++) {
            rewards[k] = rewards[k] * (critique.length == 0 ? 1 : 10 * w[at(FlatLayout.TRUST) + k]) + said[k];
        }
        return rewards;
    }

    /**
     * What a critique beside an input adds to its rewards: its tokens see the input as each block was given it.
     *
     * @param critique its ids; none for no critique, which adds nothing
     */
    private double[] said(double[] w, int[] ids, int[] critique) {
        if (critique.length == 0) {
            return new double[config.rewardHeads()];
        }
        double[][] x = embedded(w, "", ids);
        double[][] y = embedded(w, "critique.", critique);
        for (int layer = 0; layer < config.layers(); layer++) {
            block(w, y, x, "critique.layers." + layer + ".");
            block(w, x, new double[0][], "layers." + layer + ".");
        }
        return head(w, "critique.", y);
    }

    private double[][] embedded(double[] w, String part, int[] ids) {
        int d = config.dim();
        double[][] x = new double[ids.length][d];
        for (int t = 0; t < ids.length; t++) {
            for (int i = 0; i < d; i++) {
                x[t][i] = w[at(part + "embed_tokens.weight") + ids[t] * d + i]
                        + w[at(part + "embed_positions.weight") + t * d + i];
            }
        }
        return x;
    }

    private double[] head(double[] w, String part, double[][] x) {
        double[] end = norm(w, part + "final_norm", x[x.length - 1]);
        return linear(w, part + "score.weight", end, config.rewardHeads());
    }

    /** @param before tokens that are seen, and stay as they are */
    private void block(double[] w, double[][] x, double[][] before, String prefix) {
        int d = config.dim();
        double[][] all = Stream.concat(Arrays.stream(before), Arrays.stream(x)).toArray(double[][]::new);
        double[][] qkv = new double[all.length][];
        for (int t = 0; t < all.length; t++) {
            qkv[t] = linear(w, prefix + "attention.qkv.weight", norm(w, prefix + "attention_norm", all[t]), 3 * d);
        }
        for (int t = 0; t < x.length; t++) {
            add(x[t], linear(w, prefix + "attention.out.weight", attend(qkv, before.length + t), d));
        }
        for (double[] row : x) {
            double[] hidden = linear(
                    w,
                    prefix + "feed_forward.up.weight",
                    norm(w, prefix + "feed_forward_norm", row),
                    config.feedForward());
            for (int i = 0; i < hidden.length; i++) {
                hidden[i] = 0.5 * hidden[i] * (1 + erf(hidden[i] / Math.sqrt(2)));
            }
            add(row, linear(w, prefix + "feed_forward.down.weight", hidden, d));
        }
    }

    private double[] attend(double[][] qkv, int t) {
        int d = config.dim();
        int width = d / config.heads();
        double[] out = new double[d];
        for (int head = 0; head < config.heads(); head++) {
            double[] weight = new double[t + 1];
            double total = 0;
            for (int s = 0; s <= t; s++) {
                double dot = 0;
                for (int i = head * width; i < (head + 1) * width; i++) {
                    dot += qkv[t][i] * qkv[s][d + i];
                }
                weight[s] = Math.exp(dot / Math.sqrt(width));
                total += weight[s];
            }
            for (int s = 0; s <= t; s++) {
                for (int i = head * width; i < (head + 1) * width; i++) {
                    out[i] += weight[s] / total * qkv[s][2 * d + i];
                }
            }
        }
        return out;
    }

    private double[] norm(double[] w, String name, double[] x) {
        double mean = 0;
        for (double value : x) {
            mean += value / x.length;
        }
        double variance = 0;
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (x[i] - mean) / Math.sqrt(variance + 1e-5) * w[at(name + ".weight") + i] + w[at(name + ".bias") + i];
        }
        return y;
    }

    private double[] linear(double[] w, String name, double[] x, int rows) {
        double[] y = new double[rows];
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < x.length; i++) {
                y[r] += w[at(name) + r * x.length + i] * x[i];
            }
        }
        return y;
    }

    private int at(String name) {
        return offsets.get(name);
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }

    /** By its Taylor series, good to 1e-10 for the small arguments of these tests. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }
}
