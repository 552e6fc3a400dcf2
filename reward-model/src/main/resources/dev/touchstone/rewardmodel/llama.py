# Decoders of the Llama kind (Llama, Mistral, Qwen2, Qwen3): RMS norm (arXiv 1910.07467), rotary positions (2104.09864),
# grouped queries (2305.13245), SwiGLU (2002.05202); optionally with low-rank adapters (LoRA, 2106.09685).

  def embed(self: __torch__.RewardModel, body: Dict[str, Tensor], rest: Dict[str, Tensor], ids: Tensor) -> Tensor:
    return torch.to(torch.embedding(body["embed_tokens"], ids), self.compute)

  def embed_gradient(self: __torch__.RewardModel, g_body: Tensor, g_rest: Tensor, ids: Tensor, g: Tensor) -> NoneType:
    if self.body_prefix > 0:
      body = self.prefix_weights(g_body, torch.narrow(g_body, 0, 0, 0), "body")
      body["embed_tokens"].add_(torch.embedding_dense_backward(g, ids, self.vocabulary, -1, False))
    return None

  # x / sqrt(mean(x^2) + eps) * weight over the last dimension; the mean is taken in fp32.
  def rms_norm(self: __torch__.RewardModel, x: Tensor, weight: Tensor) -> Tensor:
    mean = torch.sum(x * x, [-1], True, dtype=6) / float(torch.size(x, -1))
    return x * torch.to(torch.rsqrt(mean + self.epsilon), x.dtype) * weight

  # Cosines and signed sines, [2, T, 1, D]: rotating the pair (i, i + D / 2) by an angle is
  # x * cos + (x with its halves exchanged) * (-sin, sin).
  def rotations(self: __torch__.RewardModel, T: int, like: Tensor) -> Tensor:
    frequencies = torch.tensor(self.frequencies(), dtype=6, device=like.device)
    angles = torch.outer(torch.arange(T, dtype=6, device=like.device), frequencies)
    cos, sin = torch.cos(angles) * self.attention_factor, torch.sin(angles) * self.attention_factor
    table = torch.stack([torch.cat([cos, cos], -1), torch.cat([torch.neg(sin), sin], -1)])
    return torch.unsqueeze(torch.to(table, like.dtype), 2)

  # x: [B, T, heads, D]; cos and sin: [T, 1, D] or [B, 1, 1, D].
  def rotate(self: __torch__.RewardModel, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    return torch.addcmul(x * cos, torch.roll(x, [self.head_dim // 2], [-1]), sin)

  # What an adapter adds to the projection of this name: scaling * B A x; y itself where there is none.
  def adapt(self: __torch__.RewardModel, y: Tensor, x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
    if (name + ".lora_A") in w:
      y = y + torch.linear(torch.linear(x, w[name + ".lora_A"]), w[name + ".lora_B"]) * self.scaling
    return y

  def project(self: __torch__.RewardModel, x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
    return self.adapt(torch.linear(x, w[name], w.get(name + ".bias")), x, w, name)

  # Rows [begin, end) of the joint q, k, v projection.
  def project_rows(self: __torch__.RewardModel, x: Tensor, w: Dict[str, Tensor], begin: int, end: int) -> Tensor:
    bias = w.get("qkv_proj.bias")
    if bias is not None:
      bias = torch.slice(bias, 0, begin, end)
    return torch.linear(x, torch.slice(w["qkv_proj"], 0, begin, end), bias)

  # One block. The last one ends at the token where the reward is read: nothing else of it is needed.
  def block(self: __torch__.RewardModel, x: Tensor, w: Dict[str, Tensor], last: Tensor, l: int) -> Tensor:
    B, T, D, H, K = torch.size(x, 0), torch.size(x, 1), self.head_dim, self.heads, self.key_heads
    window = self.window
    if not self.slides()[l]:
      window = 0
    cos, sin = torch.unbind(self.rotations(T, x))
    h = self.rms_norm(x, w["input_layernorm"])
    at_end = l == self.layers - 1
    if at_end:
      g = self.at_last(h, last)
      q = self.project_rows(g, w, 0, H * D)
      k, v = torch.split_with_sizes(self.project_rows(h, w, H * D, (H + 2 * K) * D), [K * D, K * D], -1)
    else:
      g = h
      q, k, v = torch.split_with_sizes(self.project_rows(h, w, 0, (H + 2 * K) * D), [H * D, K * D, K * D], -1)
    q = torch.reshape(self.adapt(q, g, w, "q_proj"), [B, -1, H, D])
    k = torch.reshape(self.adapt(k, h, w, "k_proj"), [B, T, K, D])
    v = torch.reshape(self.adapt(v, h, w, "v_proj"), [B, T, K, D])
    if self.query_key_norm:
      q = self.rms_norm(q, w["q_norm"])
      k = self.rms_norm(k, w["k_norm"])
    k = self.rotate(k, cos, sin)
    if at_end:
      at = annotate(List[Optional[Tensor]], [last])
      q = self.rotate(q, torch.unsqueeze(torch.index(cos, at), 1), torch.unsqueeze(torch.index(sin, at), 1))
      a = self.attention_at(q, k, v, last, window)
      x = self.at_last(x, last)
    else:
      a = self.attention(self.rotate(q, cos, sin), k, v, window)
    x = x + self.project(a, w, "o_proj")
    h = self.rms_norm(x, w["post_attention_layernorm"])
    gated = torch.silu(self.project(h, w, "gate_proj")) * self.project(h, w, "up_proj")
    return x + self.project(gated, w, "down_proj")

  # Rewards [B, R] of the last hidden state [B, d], in fp32.
  def head(self: __torch__.RewardModel, x: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return torch.linear(self.rms_norm(x, torch.to(w["norm"], 6)), torch.to(w["score"], 6))
