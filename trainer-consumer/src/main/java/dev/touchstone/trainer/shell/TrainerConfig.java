package dev.touchstone.trainer.shell;

import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.trainer.learn.LabelConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The trainer's own settings; as environment variables {@code TOUCHSTONE_MODEL_ID} and so on. */
@ConfigMapping(prefix = "touchstone")
public interface TrainerConfig {
    /** What the name of every topic begins with. */
    @WithDefault("rm.")
    String topicPrefix();

    /** How log lines look: text, or json for what collects the logs of containers. */
    @WithDefault("text")
    String logFormat();

    /** Whether records are traced: off, or otlp; where to is said by OpenTelemetry's own OTEL_* variables. */
    @WithDefault("off")
    String tracing();

    /** The model that is trained; one running trainer per model. */
    @WithDefault("default")
    String modelId();

    /** Where in the log a new model begins: a moment such as 2026-11-27T10:00:00Z, an offset for all partitions, or PARTITION:OFFSET,... of each; the log's beginning where it is not set. */
    Optional<String> beginFrom();

    /** Folder of all models' checkpoints; without a store scorers must see it under the same path. */
    @WithDefault(".touchstone/checkpoints")
    Path checkpointDir();

    /** An S3-compatible store that scorers load checkpoints from, s3://bucket/prefix; the folder alone where it is not set. */
    Optional<String> checkpointStore();

    /** URL of a store other than Amazon's. */
    Optional<String> s3Endpoint();

    /** The store's region; us-east-1 at an endpoint, and else what the SDK finds (AWS_REGION). */
    Optional<String> s3Region();

    /** Whether the bucket stands in the path of a URL and not in its host's name; by default at an endpoint. */
    Optional<Boolean> s3PathStyle();

    /** Threads of the native library; with more than 1 a model is not repeatable bit by bit. */
    @WithDefault("1")
    int nativeThreads();

    /** Where the model is computed: cpu, cuda, or cuda:N; docs/gpu.md says what a GPU needs. */
    @WithDefault("cpu")
    String device();

    /** Number type of the blocks: fp32, or bf16, which is fast on a GPU and on a processor with AMX. */
    @WithDefault("fp32")
    Precision precision();

    /** Most tokens, padding included, of one forward pass; a larger micro-batch is accumulated in parts. */
    @WithDefault("16384")
    int deviceBatchTokens();

    /** Whether activations are computed again in the backward pass: less memory, about a third more time. */
    @WithDefault("false")
    boolean recompute();

    /** Most pairs of a micro-batch. */
    @WithDefault("32")
    int batchPairs();

    /** Most tokens of a micro-batch, both sides of all its pairs. */
    @WithDefault("16384")
    int batchTokens();

    /** After so long without anything new, what is there is learnt from and published; 0 for never. */
    @WithDefault("1s")
    Duration idle();

    /** Longest time between two checkpoints while there is something new. */
    @WithDefault("10s")
    Duration checkpointEvery();

    /** Most micro-batches between two checkpoints. */
    @WithDefault("32")
    int checkpointBatches();

    /** How many of the newest checkpoints stay in the store, at least 2. */
    @WithDefault("5")
    int keepCheckpoints();

    /** How many former champions stay as well, to be rolled back to. What an alias points to stays always. */
    @WithDefault("3")
    int rollbackWindow();

    /** How long a broker that is away is waited for before the trainer gives up and ends. */
    @WithDefault("3m")
    Duration patience();

    /** What a checkpoint must pass to become champion. */
    GateSettings gate();

    /** Seed of everything random. A model keeps it for life, like the settings below. */
    @WithDefault("1")
    long seed();

    /** Folder of a pretrained model in Hugging Face's layout to begin with; the built-in model where it is not set. */
    Optional<String> baseModel();

    /** Reward heads: with more than one every reward has a spread. */
    @WithDefault("1")
    int rewardHeads();

    /** Rank of the adapters (LoRA) that learn on the pretrained model; 0 when all of it does. */
    @WithDefault("0")
    int loraRank();

    /** Most tokens of an input of the pretrained model; 0 for its own limit, at most 4,096. */
    @WithDefault("0")
    int maxInputTokens();

    /** Share of the questions that is held out, 0 to less than 1. */
    @WithDefault("0.1")
    double heldOutFraction();

    /** Most held-out pairs that are kept and scored at each checkpoint. */
    @WithDefault("256")
    int heldOutPairs();

    /** Share of replayed pairs in all that is trained on for a micro-batch, 0 to less than 1. */
    @WithDefault("0.6667")
    double replayShare();

    /** Optimiser steps that they are spread over, after the one on the fresh pairs; 0 puts them into that one. */
    @WithDefault("2")
    int replaySteps();

    /** How often a pair is trained on at most, the first time included. */
    @WithDefault("4")
    int maxPasses();

    /** Most pairs kept for replay, over all sources. */
    @WithDefault("2048")
    int reservoirPairs();

    /** Whether a second model, MODEL.plain, learns from the same pairs without critiques: ./touchstone worth compares them. */
    @WithDefault("false")
    boolean plainArm();

    /** What becomes of ties: skip, or centre to train both rewards to be equal. */
    @WithDefault("skip")
    LabelConfig.Ties ties();

    /** Margin of a pair of strength 1 that has no margin of its own, in logits; one of strength s has s times this. */
    @WithDefault("0")
    double strengthMargin();

    /** Pairs in the window of the windowed figures. */
    @WithDefault("512")
    int windowPairs();

    /** Step size after the warm-up; the reward model's measured default where it is not set. */
    OptionalDouble learningRate();

    /** Steps over which the step size rises to it; as above. */
    OptionalInt warmUpSteps();

    /** Decoupled decay of the matrices (AdamW); as above. */
    OptionalDouble weightDecay();

    /** Share of labels taken to be wrong, 0 to less than 0.5; as above. */
    OptionalDouble labelSmoothing();

    /** Weight of the term that keeps rewards around 0; as above. */
    OptionalDouble centring();

    /** Decay of the moving average of the weights, which then serves; 0 for none; as above. */
    OptionalDouble averageDecay();

    /**
     * Share of the pairs with critiques that a step shows a second time without them, 0 to 1; only with a base model, for the built-in
     * one learns from both ways of every pair; as above.
     */
    OptionalDouble withheldShare();

    /** Whether figures are also written for TensorBoard, in the folder tensorboard beside the model's checkpoints. */
    @WithDefault("true")
    boolean tensorboard();

    /** Address of an MLflow server that figures are also sent to; none where it is not set. */
    Optional<URI> mlflowUri();

    /** Name of the experiment there. */
    @WithDefault("touchstone")
    String mlflowExperiment();

    /** How long a stop waits for the micro-batch at hand and the last checkpoint; less than what ends the process by force. */
    @WithDefault("25s")
    Duration grace();
}
