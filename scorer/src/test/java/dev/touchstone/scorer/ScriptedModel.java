package dev.touchstone.scorer;

import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.scorer.model.LoadedModel;
import dev.touchstone.scorer.model.ModelInfo;
import dev.touchstone.scorer.model.ModelInput;
import dev.touchstone.scorer.model.ModelLoader;
import dev.touchstone.scorer.model.RawScore;
import dev.touchstone.scorer.model.TextRefusedException;
import java.util.List;

/**
 * A model whose logit tells which version gave it: the step. A completion that says NAN, BOOM, LONG or ENDLESS gets a logit
 * that is no number, an exception, a text that did not fit, or a refusal of its length.
 */
public final class ScriptedModel implements LoadedModel {
    public static final ModelLoader LOADER = ScriptedModel::new;

    private final ModelInfo info;
    private volatile boolean closed;

    public ScriptedModel(CheckpointManifest manifest) {
        info = ModelInfo.of(manifest);
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    private record Text(ScriptedModel by, ModelInput input) implements Encoded {}

    @Override
    public Encoded encode(ModelInput input) {
        if (closed) {
            throw new IllegalStateException("A closed model was asked");
        }
        if (input.completion().contains("ENDLESS")) {
            throw new TextRefusedException("scripted: too long", new IllegalArgumentException());
        }
        return new Text(this, input);
    }

    @Override
    public List<RawScore> score(List<Encoded> inputs) {
        if (closed) {
            throw new IllegalStateException("A closed model was asked");
        }
        return inputs.stream().map(input -> score((Text) input)).toList();
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }

    private RawScore score(Text text) {
        if (text.by() != this) {
            throw new IllegalStateException("A text was encoded by another version");
        }
        ModelInput input = text.input();
        if (input.completion().contains("BOOM")) {
            throw new IllegalArgumentException("scripted");
        }
        double logit = input.completion().contains("NAN") ? Double.NaN : info.step();
        return new RawScore(logit, input.completion().contains("LONG"));
    }
}
