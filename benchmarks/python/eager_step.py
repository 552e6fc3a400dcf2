"""The built-in decoder in eager PyTorch as one writes it today: fused attention, autocast to bf16, fused AdamW, clipping.
Started by `./touchstone bench train-step --python`; needs torch."""
import side
import argparse
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.heads = o.heads
        self.norm1, self.norm2 = nn.LayerNorm(o.dim), nn.LayerNorm(o.dim)
        self.qkv, self.out = nn.Linear(o.dim, 3 * o.dim, bias=False), nn.Linear(o.dim, o.dim, bias=False)
        self.up, self.down = nn.Linear(o.dim, o.feed_forward, bias=False), nn.Linear(o.feed_forward, o.dim, bias=False)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(a.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Decoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(o.vocabulary, o.dim), nn.Embedding(o.tokens, o.dim)
        self.blocks = nn.ModuleList(Block(o) for _ in range(o.layers))
        self.norm, self.score = nn.LayerNorm(o.dim), nn.Linear(o.dim, 1, bias=False)

    def forward(self, ids, last):
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.score(self.norm(x[torch.arange(len(ids)), last])).squeeze(1)


def main():
    parser = argparse.ArgumentParser()
    for name in "dim layers heads feed-forward vocabulary rows tokens threads".split():
        parser.add_argument("--" + name, type=int, required=True)
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(1)
    net = Decoder(o)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4, betas=(0.9, 0.98), weight_decay=0.1, fused=True)
    ids = torch.randint(12, o.vocabulary, (o.rows, o.tokens))
    last = torch.full((o.rows,), o.tokens - 1)

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rewards = net(ids, last).float()
        chosen, rejected = rewards[: o.rows // 2], rewards[o.rows // 2 :]
        loss = (F.softplus(rejected - chosen) + 1e-3 * (chosen + rejected) ** 2).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    side.answer(torch=torch.__version__, parameters=sum(p.numel() for p in net.parameters()), threads=o.threads)
    while steps := side.asked():
        times = []
        for _ in range(steps):
            begin = time.perf_counter()
            step()
            times.append(1000 * (time.perf_counter() - begin))
        side.answer(ms=times)


main()
