# The built-in decoder: learned positions, pre-norm blocks with layer norm and GELU (GPT-2's shape: Radford et al., 2019).

  def embed(self: __torch__.RewardModel, body: Dict[str, Tensor], rest: Dict[str, Tensor], ids: Tensor) -> Tensor:
    x = torch.embedding(body["embed_tokens"], ids) + torch.slice(rest["embed_positions"], 0, 0, torch.size(ids, 1))
    return torch.to(x, self.compute)

  def embed_gradient(self: __torch__.RewardModel, g_body: Tensor, g_rest: Tensor, ids: Tensor, g: Tensor) -> NoneType:
    none = torch.narrow(g_body, 0, 0, 0)
    body = self.prefix_weights(g_body, none, "body")
    body["embed_tokens"].add_(torch.embedding_dense_backward(g, ids, self.vocabulary, -1, False))
    rest = self.prefix_weights(g_rest, none, "rest")
    torch.slice(rest["embed_positions"], 0, 0, torch.size(ids, 1)).add_(torch.sum(g, [0]))
    return None

  def norm(self: __torch__.RewardModel, x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
    return torch.layer_norm(x, [self.dim], w[name + ".weight"], w[name + ".bias"], 1e-05)

  # One block. The last one ends at the token where the reward is read: nothing else of it is needed.
  def block(self: __torch__.RewardModel, x: Tensor, w: Dict[str, Tensor], last: Tensor, l: int) -> Tensor:
    B, T, d, H = torch.size(x, 0), torch.size(x, 1), self.dim, self.heads
    h = self.norm(x, w, "attention_norm")
    if l == self.layers - 1:
      k, v = torch.unbind(torch.view(torch.linear(h, torch.slice(w["qkv"], 0, d, 3 * d)), [B, T, 2, H, d // H]), 2)
      q = torch.view(torch.linear(self.at_last(h, last), torch.slice(w["qkv"], 0, 0, d)), [B, 1, H, d // H])
      a = self.attention_at(q, k, v, last, 0)
      x = self.at_last(x, last)
    else:
      q, k, v = torch.unbind(torch.view(torch.linear(h, w["qkv"]), [B, T, 3, H, d // H]), 2)
      a = self.attention(q, k, v, 0)
    x = x + torch.linear(a, w["out"])
    h = self.norm(x, w, "feed_forward_norm")
    return x + torch.linear(torch.gelu(torch.linear(h, w["up"])), w["down"])

  # Rewards [B, R] of the last hidden state [B, d], in fp32.
  def head(self: __torch__.RewardModel, x: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return torch.linear(self.norm(x, w, "final_norm"), torch.to(w["score"], 6))

  # The reader of critiques: blocks of the same shape behind those of the inputs, whose parameters in the prefixes begin
  # with `critique.`. A critique's tokens see the input as its blocks were given it (T tokens), and their own past (C).
  # What they say is added to the input's own reward, which counts as much as it is trusted. Nothing of it reaches back:
  # inputs are learnt from as if there were no critiques.

  # Additive mask [B, 1, Q, T + C] of the critique's tokens at [., Q]: the input up to last[b], the critique up to the token.
  def sight(self: __torch__.RewardModel, like: Tensor, T: int, C: int, last: Tensor, at: Tensor) -> Tensor:
    B, Q = torch.size(last, 0), torch.size(at, 1)
    t = torch.view(torch.arange(T, dtype=4, device=like.device), [1, 1, T])
    c = torch.view(torch.arange(C, dtype=4, device=like.device), [1, 1, C])
    padding = torch.expand(torch.gt(t, torch.view(last, [B, 1, 1])), [B, Q, T])
    future = torch.expand(torch.gt(c, torch.unsqueeze(at, 2)), [B, Q, C])
    hidden = torch.unsqueeze(torch.cat([padding, future], -1), 1)
    return torch.masked_fill(torch.zeros([B, 1, Q, T + C], dtype=like.dtype, device=like.device), hidden, -inf)

  # One block for the tokens x [B, Q, d] of the critiques [B, C, d].
  def read_block(self: __torch__.RewardModel, x: Tensor, critiques: Tensor, memory: Tensor, mask: Tensor, w: Dict[str, Tensor]) -> Tensor:
    B, Q, S, d, H = torch.size(x, 0), torch.size(x, 1), torch.size(mask, 3), self.dim, self.heads
    h = self.norm(torch.cat([memory, critiques], 1), w, "attention_norm")
    k, v = torch.unbind(torch.view(torch.linear(h, torch.slice(w["qkv"], 0, d, 3 * d)), [B, S, 2, H, d // H]), 2)
    q = torch.view(torch.linear(self.norm(x, w, "attention_norm"), torch.slice(w["qkv"], 0, 0, d)), [B, Q, H, d // H])
    scores = torch.matmul(torch.transpose(q, 1, 2), torch.permute(k, [0, 2, 3, 1])) * float(d // H) ** -0.5 + mask
    a = torch.matmul(torch.softmax(scores, -1), torch.transpose(v, 1, 2))
    x = x + torch.linear(torch.reshape(torch.transpose(a, 1, 2), [B, Q, d]), w["out"])
    h = self.norm(x, w, "feed_forward_norm")
    return x + torch.linear(torch.gelu(torch.linear(h, w["up"])), w["down"])

  def embed_critiques(self: __torch__.RewardModel, body: Dict[str, Tensor], rest: Dict[str, Tensor], critiques: Tensor) -> Tensor:
    positions = torch.slice(rest["critique.embed_positions"], 0, 0, torch.size(critiques, 1))
    return torch.to(torch.embedding(body["critique.embed_tokens"], critiques) + positions, self.compute)

  # What critiques x [B, C, d], embedded, add to the rewards [B, R]; read at token ends[b], which is -1 where there is none.
  def read(self: __torch__.RewardModel, x: Tensor, ws: List[Tensor], vs: List[Tensor], rest: Dict[str, Tensor], memory: List[Tensor], last: Tensor, ends: Tensor) -> Tensor:
    none = torch.narrow(x, 0, 0, 0)
    T, C = torch.size(memory[0], 1), torch.size(x, 1)
    at = torch.clamp(ends, 0)
    mask = self.sight(x, T, C, last, torch.unsqueeze(torch.arange(C, dtype=4, device=x.device), 0))
    for l in range(self.layers):
      tokens = x
      if l == self.layers - 1:
        tokens = self.at_last(x, at)
        mask = self.sight(x, T, C, last, torch.unsqueeze(at, 1))
      x = self.read_block(tokens, x, torch.detach(memory[l]), mask, self.block_weights(ws[l], vs[l], none, none, 0))
    end = torch.to(torch.squeeze(x, 1), 6)
    said = torch.linear(self.norm(end, rest, "critique.final_norm"), torch.to(rest["critique.score"], 6))
    return torch.masked_fill(said, torch.unsqueeze(torch.lt(ends, 0), 1), 0.)

  # How much an input's own reward counts, [B, R]: all of it without a critique, and never against itself. It is learnt from
  # unseen pairs alone: of pairs that were learnt from before every input's reward looks good. Ten times the parameter, for
  # AdamW moves that by the learning rate.
  def trust(self: __torch__.RewardModel, rest: Dict[str, Tensor], ends: Tensor) -> Tensor:
    trust = torch.unsqueeze(torch.clamp(torch.to(rest["critique.trust"], 6), 0.) * 10., 0)
    return torch.where(torch.unsqueeze(torch.lt(ends, 0), 1), torch.ones_like(trust), trust)

  # Rewards [B, R] of inputs with critiques.
  def score_critiqued(self: __torch__.RewardModel, body: Tensor, rest: Tensor, frozen_body: Tensor, frozen_rest: Tensor, ids: Tensor, last: Tensor, critiques: Tensor, ends: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    first = self.prefix_weights(body, frozen_body, "body")
    top = self.prefix_weights(rest, frozen_rest, "rest")
    x = self.embed(first, top, ids)
    memory = annotate(List[Tensor], [])
    ws = annotate(List[Tensor], [])
    vs = annotate(List[Tensor], [])
    for l in range(self.layers):
      memory.append(x)
      w = torch.to(self.stretch(body, self.body_prefix, self.body_block, l), self.compute)
      v = torch.to(self.stretch(rest, self.rest_prefix, self.rest_block, l), self.compute)
      x = self.block(x, self.block_weights(w, v, frozen_body, frozen_rest, l), last, l)
      ws.append(torch.to(self.stretch(body, self.body_prefix, self.body_block, self.layers + l), self.compute))
      vs.append(torch.to(self.stretch(rest, self.rest_prefix, self.rest_block, self.layers + l), self.compute))
    own = self.head(torch.squeeze(torch.to(x, 6), 1), top)
    return own * self.trust(top, ends) + self.read(self.embed_critiques(first, top, critiques), ws, vs, top, memory, last, ends)

  # `accumulate` for inputs with critiques: the inputs' gradient is the one without critiques, and the reader learns what
  # their rewards leave to be said. unseen: [P], 1 for pairs that were not learnt from before, 0 for others. Returns
  # [4 P + 1, R]: rewards with critiques, rewards without, the loss with critiques.
  def accumulate_critiqued(self: __torch__.RewardModel, body: Tensor, rest: Tensor, frozen_body: Tensor, frozen_rest: Tensor, g_body: Tensor, g_rest: Tensor, ids: Tensor, last: Tensor, margins: Tensor, labels: Tensor, weights: Tensor, options: Tensor, critiques: Tensor, ends: Tensor, unseen: Tensor) -> Tensor:
    o = annotate(List[float], options.tolist())
    memory = annotate(List[Tensor], [])
    own, _ = self.learn(body, rest, frozen_body, frozen_rest, g_body, g_rest, ids, last, margins, labels, weights, o, memory)
    torch.set_grad_enabled(False)
    # Back to what is allowed: below 0 there is no gradient that could lead out.
    self.prefix_weights(rest, frozen_rest, "rest")["critique.trust"].clamp_(0.)
    x = self.leaf(self.embed_critiques(self.prefix_weights(body, frozen_body, "body"), self.prefix_weights(rest, frozen_rest, "rest"), critiques), self.compute)
    top = self.leaf(torch.narrow(rest, 0, 0, self.rest_prefix), 6)
    ws = annotate(List[Tensor], [])
    vs = annotate(List[Tensor], [])
    for l in range(self.layers):
      ws.append(self.leaf(self.stretch(body, self.body_prefix, self.body_block, self.layers + l), self.compute))
      vs.append(self.leaf(self.stretch(rest, self.rest_prefix, self.rest_block, self.layers + l), self.compute))
    torch.set_grad_enabled(True)
    first = self.prefix_weights(top, frozen_rest, "rest")
    trust = self.trust(first, ends)
    said = self.read(x, ws, vs, first, memory, last, ends)
    r = own * torch.detach(trust) + said
    losses = torch.sum(self.losses(r, margins, labels, o[0], o[1]) * weights, [0]) * o[2]
    judged = self.losses(own * trust + torch.detach(said), margins, labels, o[0], o[1]) * weights * torch.unsqueeze(unseen, 1)
    grads = torch.grad([torch.sum(losses) + torch.sum(judged) * o[2]], [x, top] + ws + vs, None, None, False, True)
    torch.set_grad_enabled(False)
    torch.narrow(g_rest, 0, 0, self.rest_prefix).add_(torch._unwrap_optional(grads[1]))
    for l in range(self.layers):
      self.stretch(g_body, self.body_prefix, self.body_block, self.layers + l).add_(torch._unwrap_optional(grads[2 + l]))
      self.stretch(g_rest, self.rest_prefix, self.rest_block, self.layers + l).add_(torch._unwrap_optional(grads[2 + self.layers + l]))
    g = torch.to(torch._unwrap_optional(grads[0]), 6)
    none = torch.narrow(g_body, 0, 0, 0)
    embeddings = self.prefix_weights(g_body, none, "body")
    embeddings["critique.embed_tokens"].add_(torch.embedding_dense_backward(g, critiques, self.vocabulary, -1, False))
    others = self.prefix_weights(g_rest, none, "rest")
    torch.slice(others["critique.embed_positions"], 0, 0, torch.size(critiques, 1)).add_(torch.sum(g, [0]))
    return torch.cat([torch.detach(r), own, torch.unsqueeze(torch.detach(losses), 0)])
