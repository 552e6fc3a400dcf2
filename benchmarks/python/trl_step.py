"""TRL's RewardTrainer on the folder that the benchmark wrote (model, tokenizer, pairs of texts), one optimiser step per
request. TRL tokenises the whole data set before it trains: that time, per batch, is added to each step's.
Started by `./touchstone bench train-step --python`; needs torch, transformers, trl and datasets."""
import side
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import argparse
import json
import tempfile
import time

import datasets
import torch
import transformers
import trl
from transformers import LlamaForSequenceClassification, PreTrainedTokenizerFast, TrainerCallback


class Trainer(trl.RewardTrainer):
    """Says how long it tokenised."""

    def _prepare_dataset(self, *args, **kwargs):
        begin = time.perf_counter()
        prepared = super()._prepare_dataset(*args, **kwargs)
        self.tokenise_ms = 1000 * (time.perf_counter() - begin)
        return prepared


class Clock(TrainerCallback):
    """Stops after the steps that were asked for, and answers."""

    def __init__(self, about):
        self.about = about

    def on_train_begin(self, args, state, control, **kwargs):
        side.answer(**self.about)
        self.wait(control)

    def on_step_end(self, args, state, control, **kwargs):
        self.times.append(1000 * (time.perf_counter() - self.begin) + self.about["tokeniseMs"])
        if len(self.times) == self.wanted:
            side.answer(ms=self.times)
            self.wait(control)
        self.begin = time.perf_counter()

    def wait(self, control):
        self.times, self.wanted = [], side.asked()
        if self.wanted == 0:
            os._exit(0)
        self.begin = time.perf_counter()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--pairs", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--checkpointing", action="store_true", help="recompute activations, as TRL does by default")
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    model = LlamaForSequenceClassification.from_pretrained(o.folder, dtype=torch.float32)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=os.path.join(o.folder, "tokenizer.json"), pad_token="<pad>", eos_token="<reward>", unk_token="<unk>"
    )
    with open(os.path.join(o.folder, "pairs.jsonl")) as lines:
        pairs = datasets.Dataset.from_list([json.loads(line) for line in lines])
    with tempfile.TemporaryDirectory() as out:
        config = trl.RewardConfig(
            output_dir=out, per_device_train_batch_size=o.pairs, max_steps=1_000_000, max_length=256, bf16=True,
            center_rewards_coefficient=1e-3, learning_rate=1e-4, gradient_checkpointing=o.checkpointing, use_cpu=True,
            logging_steps=1_000_000, save_strategy="no", report_to=[], disable_tqdm=True,
        )
        trainer = Trainer(model=model, args=config, train_dataset=pairs, processing_class=tokenizer)
        about = {
            "trl": trl.__version__, "transformers": transformers.__version__, "datasets": datasets.__version__,
            "torch": torch.__version__, "attention": model.config._attn_implementation,
            "parameters": sum(p.numel() for p in model.parameters()),
            "tokensPerSide": len(trainer.train_dataset[0]["chosen_ids"]),
            "tokeniseMs": round(trainer.tokenise_ms * o.pairs / len(pairs), 2),
        }
        trainer.add_callback(Clock(about))
        trainer.train()


main()
