"""Our training step beside an eager PyTorch transformer of equal shape: time, tokens/s, model FLOP utilisation, peak memory,
and whether both compute the same loss from the same weights. Needs torch; made for a GPU, runs on a CPU with --tiny.

    ./touchstone bench archive --size 0.1b --out DIR
    python benchmarks/gpu/step.py DIR

Our side is the program that Java runs, loaded by torch.jit.load: fp32 weights, blocks in bf16. The other side follows the
common recipe: fp32 weights under autocast to bf16, RMSNorm, rotary positions, SwiGLU, scaled_dot_product_attention (causal),
clip_grad_norm_, fused AdamW. The sides take turns; a ratio is the median over the rounds of the ratio within a round."""
import argparse
import json
import os
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

# Dense bf16 peaks in TFLOP/s, as the makers state them.
PEAKS = {"H200": 989, "H100 PCIe": 756, "H100": 989, "B200": 2250, "A100": 312, "L40S": 362, "L4": 121, "A10": 125}
RATE, BETAS, EPSILON, DECAY, CLIP, CENTRING = 1e-4, (0.9, 0.98), 1e-8, 0.1, 1.0, 1e-3


class Ours:
    """The archive with the vectors that Java would keep: weights, gradient, both moments."""

    def __init__(self, folder, layout, weights, device):
        torch._C._set_graph_executor_optimize(False)  # as Java does
        self.program = torch.jit.load(os.path.join(folder, "model.pt"), map_location=device)
        self.update = self.program.update
        size, body, decayed = layout["size"], layout["bodySize"], layout["decayed"]
        self.flat, self.gradient = weights, torch.zeros(size, device=device)
        vectors = [self.flat, self.gradient, torch.zeros(size, device=device), torch.zeros(size, device=device)]
        self.parts = [x for v in vectors[:2] for x in (v[:body], v[body:])]
        self.groups = [[v[:decayed]] for v in vectors] + [[v[decayed:]] for v in vectors]
        self.steps, self.none = torch.zeros((), device=device), torch.zeros(0, device=device)
        self.frozen = [torch.zeros(0, device=device, dtype=torch.bfloat16), self.none]

    def step(self, ids, last):
        pairs = len(ids) // 2
        one = torch.ones(pairs, 1, device=ids.device)
        options = torch.tensor([0.0, CENTRING, 1.0 / pairs, 0.0], dtype=torch.float64)
        body, rest, g_body, g_rest = self.parts
        out = self.program.accumulate(
            body, rest, *self.frozen, g_body, g_rest, ids, last, torch.zeros_like(one[:, 0]), one, options
        )
        hyper = torch.tensor([RATE, *BETAS, EPSILON, DECAY, CLIP, 1.0], dtype=torch.float64)
        loss = out[-1].sum()
        self.update(*self.groups, [self.steps], self.flat, self.gradient, self.none, loss, hyper)
        return loss


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.key_heads, self.width = c["heads"], c["keyHeads"], c["dim"] // c["heads"]
        dim, hidden, keys = c["dim"], c["feedForward"], self.key_heads * self.width
        self.self_attn, self.mlp = nn.Module(), nn.Module()
        for home, name, i, o in [
            (self.self_attn, "q_proj", dim, dim), (self.self_attn, "k_proj", dim, keys),
            (self.self_attn, "v_proj", dim, keys), (self.self_attn, "o_proj", dim, dim),
            (self.mlp, "gate_proj", dim, hidden), (self.mlp, "up_proj", dim, hidden), (self.mlp, "down_proj", hidden, dim),
        ]:
            setattr(home, name, nn.Linear(i, o, bias=False))
        self.input_layernorm = nn.RMSNorm(dim, c["epsilon"])
        self.post_attention_layernorm = nn.RMSNorm(dim, c["epsilon"])

    def forward(self, x, cos, sin):
        b, t, d = x.shape
        a, h = self.self_attn, self.input_layernorm(x)
        q = a.q_proj(h).view(b, t, self.heads, self.width).transpose(1, 2)
        k = a.k_proj(h).view(b, t, self.key_heads, self.width).transpose(1, 2)
        v = a.v_proj(h).view(b, t, self.key_heads, self.width).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=self.heads != self.key_heads)
        x = x + a.o_proj(y.transpose(1, 2).reshape(b, t, d))
        h = self.post_attention_layernorm(x)
        return x + self.mlp.down_proj(F.silu(self.mlp.gate_proj(h)) * self.mlp.up_proj(h))


def rotate(x, cos, sin):
    left, right = x.chunk(2, -1)
    return x * cos.to(x.dtype) + torch.cat([-right, left], -1) * sin.to(x.dtype)


class Eager(nn.Module):
    """Named as the layout names parameters."""

    def __init__(self, c):
        super().__init__()
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(c["vocabulary"], c["dim"])
        self.model.layers = nn.ModuleList(Block(c) for _ in range(c["layers"]))
        self.model.norm = nn.RMSNorm(c["dim"], c["epsilon"])
        self.score = nn.Linear(c["dim"], 1, bias=False)
        width = c["dim"] // c["heads"]
        self.frequencies = c["theta"] ** (-torch.arange(0, width, 2).float() / width)

    def forward(self, ids, last):
        angles = torch.outer(torch.arange(ids.shape[1]).float(), self.frequencies).to(ids.device)
        angles = torch.cat([angles, angles], -1)
        x, cos, sin = self.model.embed_tokens(ids), angles.cos(), angles.sin()
        for block in self.model.layers:
            x = block(x, cos, sin)
        end = self.model.norm(x[torch.arange(len(ids), device=ids.device), last])
        return self.score(end).squeeze(1)


class EagerSide:
    def __init__(self, layout, weights, device, mixed):
        self.net, self.mixed = Eager(layout).to(device), mixed
        named = dict(self.net.named_parameters())
        with torch.no_grad():
            for p in layout["parameters"]:
                source = weights[p["offset"] : p["offset"] + named[p["name"]].numel()]
                named[p["name"]].copy_(source.view(p["shape"]))
        decayed = [p for n, p in named.items() if not n.endswith("norm.weight")]
        plain = [p for n, p in named.items() if n.endswith("norm.weight")]
        groups = [{"params": decayed, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=RATE, betas=BETAS, eps=EPSILON, fused=True)

    @torch.enable_grad()  # our program leaves gradients switched off
    def step(self, ids, last):
        with torch.autocast(ids.device.type, dtype=torch.bfloat16, enabled=self.mixed):
            rewards = self.net(ids, last).float()
        chosen, rejected = rewards.chunk(2)
        loss = (F.softplus(rejected - chosen) + CENTRING * (chosen + rejected) ** 2).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()


def first_weights(layout, device):
    """Norms one, the rest normal, as Hugging Face begins."""
    flat = torch.randn(layout["size"], generator=torch.Generator().manual_seed(1)) * 0.02
    for p in layout["parameters"]:
        if p["name"].endswith("norm.weight"):
            flat[p["offset"] : p["offset"] + p["shape"][0]] = 1.0
    return flat.to(device)


def flops(c, rows, tokens):
    """Model FLOPs of a step: 6 per weight of the blocks and token, and the causal half of the attention. The same number
    for both sides, though ours leaves out what of the last block nobody reads."""
    embedding = c["vocabulary"] * c["dim"]
    return 6 * rows * tokens * (c["size"] - embedding) + 6 * c["layers"] * c["dim"] * rows * tokens * tokens


def measured(make, inputs, steps, cuda):
    """The side, its first losses, and its own peak memory in MiB."""
    if cuda:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
    side = make()
    losses = [float(side.step(*inputs)) for _ in range(steps)]
    return side, losses, (torch.cuda.max_memory_allocated() - before) / 2**20 if cuda else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="what ./touchstone bench archive wrote")
    parser.add_argument("--pairs", type=int, default=4, help="pairs of a batch (default: 4)")
    parser.add_argument("--tokens", type=int, default=1024, help="tokens of a sequence (default: 1024)")
    parser.add_argument("--rounds", type=int, default=20, help="how often each side runs (default: 20)")
    parser.add_argument("--peak", type=float, help="the device's dense bf16 TFLOP/s (default: by its name)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--tiny", action="store_true", help="2 pairs, 160 tokens, 3 rounds: to try it on a CPU")
    parser.add_argument("--json", help="write the report to a file")
    o = parser.parse_args()
    if o.tiny:
        o.pairs, o.tokens, o.rounds = 2, 160, 3
    try:
        with open(os.path.join(o.folder, "layout.json")) as file:
            layout = json.load(file)
    except OSError:
        print(f"{o.folder} has no layout.json: write one with ./touchstone bench archive.", file=sys.stderr)
        return 2
    device, cuda, rows = torch.device(o.device), o.device.startswith("cuda"), 2 * o.pairs
    generator = torch.Generator().manual_seed(2)
    ids = torch.randint(12, layout["vocabulary"], (rows, o.tokens), generator=generator).to(device)
    inputs = ids, torch.full((rows,), o.tokens - 1, device=device)
    weights = first_weights(layout, "cpu")
    mixed = layout["precision"] == "BF16"
    sides, losses, memory = {}, {}, {}
    for name, make in [
        ("ours", lambda: Ours(o.folder, layout, weights.clone().to(device), device)),
        ("eager", lambda: EagerSide(layout, weights.to(device), device, mixed)),
    ]:
        sides[name], losses[name], memory[name] = measured(make, inputs, 5, cuda)
        print(f"{name}: losses {' '.join(f'{x:.5f}' for x in losses[name])}", flush=True)
    times = {name: [] for name in sides}
    for number in range(o.rounds):
        for name, side in sides.items():
            if cuda:
                torch.cuda.synchronize()
            begin = time.perf_counter()
            side.step(*inputs)
            if cuda:
                torch.cuda.synchronize()
            times[name].append(time.perf_counter() - begin)
        if number % 5 == 4:
            print("round", number + 1, {n: f"{1000 * t[-1]:.1f} ms" for n, t in times.items()}, flush=True)
    device_name = torch.cuda.get_device_name(device) if cuda else "cpu"
    peak = o.peak or next((p for name, p in PEAKS.items() if cuda and all(w in device_name for w in name.split())), None)
    report = {
        "name": "gpu-step",
        "ratios": {"vsEager": statistics.median(e / u for u, e in zip(times["ours"], times["eager"]))},
        "context": {"device": device_name, "torch": torch.__version__, "parameters": layout["size"], "sequences": rows,
                    "tokens": o.tokens, "precision": layout["precision"], "peakTflops": peak,
                    "lossDifference": max(abs(a - b) for a, b in zip(losses["ours"], losses["eager"]))},
    }
    if cuda:
        report["ratios"]["memoryOfEager"] = memory["ours"] / memory["eager"]
    for name, seconds in times.items():
        median = statistics.median(seconds)
        report["context"][name] = {
            "medianMs": 1000 * median, "minMs": 1000 * min(seconds), "tokensPerSecond": rows * o.tokens / median,
            "mfu": flops(layout, rows, o.tokens) / median / peak / 1e12 if peak else None,
            "peakMiB": memory[name], "losses": losses[name],
        }
    print(json.dumps(report, indent=1))
    if o.json:
        with open(o.json, "w") as file:
            json.dump(report, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
