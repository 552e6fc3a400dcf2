# What both families share: attention, the ranking loss, the gradient layer by layer, clipping, AdamW, the moving average.
# Java puts the head of the class, the family's own text, this text and the shapes of the parameters into one program.
#
# No weights live here. A flat vector holds the parameters; it comes in as two parts: `body` (the embedding and the
# blocks' matrices) and `rest` (the reward heads, norms, biases, positions). `frozen_*` hold what does not learn.
# Letters: B sequences, T tokens, d width, H heads, K key heads, D width of a head, P pairs, R reward heads.
# Types are numbers in TorchScript: 6 is fp32, 15 is bf16.

  # The parameters of a part (a prefix, then one stretch per block) as views by name.
  def views(self: __torch__.RewardModel, w: Dict[str, Tensor], flat: Tensor, shapes: List[Tuple[str, List[int]]]) -> NoneType:
    sizes = annotate(List[int], [])
    for name, shape in shapes:
      size = 1
      for n in shape:
        size = size * n
      sizes.append(size)
    if len(sizes) > 0:
      pieces = torch.split_with_sizes(flat, sizes)
      for i in range(len(shapes)):
        name, shape = shapes[i]
        w[name] = torch.view(pieces[i], shape)
    return None

  # Where block l stands in `body` or `rest`.
  def stretch(self: __torch__.RewardModel, flat: Tensor, prefix: int, size: int, l: int) -> Tensor:
    return torch.narrow(flat, 0, prefix + l * size, size)

  # All parameters of block l by name, from its own stretches.
  def block_weights(self: __torch__.RewardModel, body: Tensor, rest: Tensor, frozen_body: Tensor, frozen_rest: Tensor, l: int) -> Dict[str, Tensor]:
    w = annotate(Dict[str, Tensor], {})
    self.views(w, body, self.shapes("body.block"))
    self.views(w, rest, self.shapes("rest.block"))
    self.views(w, torch.to(self.stretch(frozen_body, self.frozen_body_prefix, self.frozen_body_block, l), self.compute), self.shapes("frozen_body.block"))
    self.views(w, torch.to(self.stretch(frozen_rest, self.frozen_rest_prefix, self.frozen_rest_block, l), self.compute), self.shapes("frozen_rest.block"))
    return w

  # What stands before the blocks: the embedding, or the reward heads with the last norm.
  def prefix_weights(self: __torch__.RewardModel, flat: Tensor, frozen: Tensor, part: str) -> Dict[str, Tensor]:
    w = annotate(Dict[str, Tensor], {})
    sizes = {"body": self.body_prefix, "rest": self.rest_prefix, "frozen_body": self.frozen_body_prefix, "frozen_rest": self.frozen_rest_prefix}
    self.views(w, torch.narrow(flat, 0, 0, sizes[part]), self.shapes(part))
    self.views(w, torch.narrow(frozen, 0, 0, sizes["frozen_" + part]), self.shapes("frozen_" + part))
    return w

  # Additive mask: query i (counted from `start`) sees key j (from `first`) when i - window < j <= i; window 0 sees all.
  def mask(self: __torch__.RewardModel, like: Tensor, start: int, end: int, first: int, window: int) -> Tensor:
    i = torch.unsqueeze(torch.arange(start, end, dtype=4, device=like.device), 1)
    j = torch.unsqueeze(torch.arange(first, end, dtype=4, device=like.device), 0)
    hidden = torch.gt(j, i)
    if window > 0:
      hidden = torch.logical_or(hidden, torch.le(j, i - window))
    return torch.masked_fill(torch.zeros([end - start, end - first], dtype=like.dtype, device=like.device), hidden, -inf)

  # Causal attention, q: [B, T, H, D], k and v: [B, T, K, D], result: [B, T, H * D]. Padding stands at the right, where
  # no token looks. On a GPU, and for long inputs, the fused kernel; on a CPU plain products over stretches of queries
  # with the keys that they can see, since the fused kernel's backward pass takes twice as long there.
  def attention(self: __torch__.RewardModel, q: Tensor, k: Tensor, v: Tensor, window: int) -> Tensor:
    B, T, H, D = torch.size(q, 0), torch.size(q, 1), torch.size(q, 2), torch.size(q, 3)
    K = torch.size(k, 2)
    G = H // K
    if q.is_cuda or T > self.long:
      k = torch.transpose(torch.reshape(torch.expand(torch.unsqueeze(k, 3), [B, T, K, G, D]), [B, T, H, D]), 1, 2)
      v = torch.transpose(torch.reshape(torch.expand(torch.unsqueeze(v, 3), [B, T, K, G, D]), [B, T, H, D]), 1, 2)
      if window > 0 and window < T:
        a = torch.scaled_dot_product_attention(torch.transpose(q, 1, 2), k, v, self.mask(q, 0, T, 0, window), 0., False)
      else:
        a = torch.scaled_dot_product_attention(torch.transpose(q, 1, 2), k, v, None, 0., True)
      return torch.reshape(torch.transpose(a, 1, 2), [B, T, H * D])
    keys = torch.reshape(torch.transpose(k, 1, 2), [B * K, T, D])
    values = torch.reshape(torch.transpose(v, 1, 2), [B * K, T, D])
    parts = annotate(List[Tensor], [])
    start = 0
    for queries in torch.split(q, 128, 1):
      n = torch.size(queries, 1)
      end = start + n
      first = 0
      if window > 0 and start >= window:
        first = start - window + 1
      rows = torch.reshape(torch.permute(torch.view(queries, [B, n, K, G, D]), [0, 2, 3, 1, 4]), [B * K, G * n, D])
      mask = torch.repeat(self.mask(q, start, end, first, window), [G, 1])
      scores = torch.baddbmm(mask, rows, torch.transpose(torch.slice(keys, 1, first, end), 1, 2), beta=1, alpha=float(D) ** -0.5)
      a = torch.bmm(torch.softmax(scores, -1), torch.slice(values, 1, first, end))
      parts.append(torch.reshape(torch.permute(torch.view(a, [B, K, G, n, D]), [0, 3, 1, 2, 4]), [B, n, H * D]))
      start = end
    return torch.cat(parts, 1)

  # The same for the one token of each row at which the reward is read, q: [B, 1, H, D]; key j is seen when
  # last - window < j <= last.
  def attention_at(self: __torch__.RewardModel, q: Tensor, k: Tensor, v: Tensor, last: Tensor, window: int) -> Tensor:
    B, T, H, D = torch.size(k, 0), torch.size(k, 1), torch.size(q, 2), torch.size(q, 3)
    K = torch.size(k, 2)
    at = torch.view(last, [B, 1, 1, 1])
    j = torch.view(torch.arange(T, dtype=4, device=k.device), [1, 1, 1, T])
    hidden = torch.gt(j, at)
    if window > 0:
      hidden = torch.logical_or(hidden, torch.le(j, at - window))
    scores = torch.matmul(torch.view(q, [B, K, H // K, D]), torch.permute(k, [0, 2, 3, 1])) * float(D) ** -0.5
    weights = torch.softmax(torch.masked_fill(scores, hidden, -inf), -1)
    return torch.view(torch.matmul(weights, torch.transpose(v, 1, 2)), [B, 1, H * D])

  # The token of each row at which the reward is read: [B, T, d] to [B, 1, d].
  def at_last(self: __torch__.RewardModel, x: Tensor, last: Tensor) -> Tensor:
    B, T, d = torch.size(x, 0), torch.size(x, 1), torch.size(x, 2)
    rows = torch.arange(B, dtype=4, device=x.device) * T + last
    return torch.view(torch.index_select(torch.view(x, [B * T, d]), 0, rows), [B, 1, d])

  # Rewards [B, R] of ids [B, T], padded at the right, read at token last[b] of each row.
  def score(self: __torch__.RewardModel, body: Tensor, rest: Tensor, frozen_body: Tensor, frozen_rest: Tensor, ids: Tensor, last: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    x = self.embed(self.prefix_weights(body, frozen_body, "body"), self.prefix_weights(rest, frozen_rest, "rest"), ids)
    for l in range(self.layers):
      w = torch.to(self.stretch(body, self.body_prefix, self.body_block, l), self.compute)
      v = torch.to(self.stretch(rest, self.rest_prefix, self.rest_block, l), self.compute)
      x = self.block(x, self.block_weights(w, v, frozen_body, frozen_rest, l), last, l)
    return self.head(torch.squeeze(torch.to(x, 6), 1), self.prefix_weights(rest, frozen_rest, "rest"))

  # Loss of each pair and reward head, [P, R]. Bradley and Terry (Biometrika 39, 1952) with a margin, label smoothing as
  # in conservative DPO (Mitchell, 2023), and the centring term of Eisenstein et al., arXiv 2312.09244. labels: [P], how
  # likely the chosen side is the better one: 1, or 0.5 for a tie, whose loss is least where both rewards are equal.
  # r: [2 P, R], chosen sides first.
  def losses(self: __torch__.RewardModel, r: Tensor, margins: Tensor, labels: Tensor, smoothing: float, centring: float) -> Tensor:
    P = torch.size(margins, 0)
    chosen = torch.slice(r, 0, 0, P)
    rejected = torch.slice(r, 0, P, 2 * P)
    z = chosen - rejected - torch.unsqueeze(margins, 1)
    right = torch.unsqueeze(labels, 1) * (1.0 - 2.0 * smoothing) + smoothing
    ranking = torch.softplus(torch.neg(z)) * right + torch.softplus(z) * (1.0 - right)
    total = chosen + rejected
    return ranking + total * total * centring

  # A tensor at which the gradient's graph begins.
  def leaf(self: __torch__.RewardModel, x: Tensor, dtype: int) -> Tensor:
    return torch.requires_grad_(torch.detach(torch.to(x, dtype)), True)

  # Adds the gradient of a micro-batch to g_body and g_rest, block by block from the end, so that with `recompute` no more
  # than one block's activations are kept (Chen et al., arXiv 1604.06174). weights: [P, R], how often each head counts a
  # pair. options: smoothing, centring, scale, recompute. Puts what each block was given into `inputs`. Returns the rewards
  # before the update, [2 P, R], then each head's share of the loss, [R].
  def learn(self: __torch__.RewardModel, body: Tensor, rest: Tensor, frozen_body: Tensor, frozen_rest: Tensor, g_body: Tensor, g_rest: Tensor, ids: Tensor, last: Tensor, margins: Tensor, labels: Tensor, weights: Tensor, o: List[float], inputs: List[Tensor]) -> Tuple[Tensor, Tensor]:
    recompute = o[3] > 0.
    torch.set_grad_enabled(False)
    x = self.embed(self.prefix_weights(body, frozen_body, "body"), self.prefix_weights(rest, frozen_rest, "rest"), ids)
    outputs = annotate(List[Tensor], [])
    ws = annotate(List[Tensor], [])
    vs = annotate(List[Tensor], [])
    for l in range(self.layers):
      inputs.append(self.leaf(x, self.compute))
      if recompute:
        w = torch.to(self.stretch(body, self.body_prefix, self.body_block, l), self.compute)
        v = torch.to(self.stretch(rest, self.rest_prefix, self.rest_block, l), self.compute)
        x = self.block(x, self.block_weights(w, v, frozen_body, frozen_rest, l), last, l)
      else:
        ws.append(self.leaf(self.stretch(body, self.body_prefix, self.body_block, l), self.compute))
        vs.append(self.leaf(self.stretch(rest, self.rest_prefix, self.rest_block, l), self.compute))
        torch.set_grad_enabled(True)
        y = self.block(inputs[l], self.block_weights(ws[l], vs[l], frozen_body, frozen_rest, l), last, l)
        torch.set_grad_enabled(False)
        outputs.append(y)
        x = torch.detach(y)
    end = self.leaf(torch.squeeze(x, 1), 6)
    top = self.leaf(torch.narrow(rest, 0, 0, self.rest_prefix), 6)
    torch.set_grad_enabled(True)
    r = self.head(end, self.prefix_weights(top, frozen_rest, "rest"))
    losses = torch.sum(self.losses(r, margins, labels, o[0], o[1]) * weights, [0]) * o[2]
    grads = torch.grad([torch.sum(losses)], [end, top], None, None, False, True)
    torch.set_grad_enabled(False)
    torch.narrow(g_rest, 0, 0, self.rest_prefix).add_(torch._unwrap_optional(grads[1]))
    g = torch.unsqueeze(torch.to(torch._unwrap_optional(grads[0]), self.compute), 1)
    for i in range(self.layers):
      l = self.layers - 1 - i
      torch.set_grad_enabled(True)
      if recompute:
        w = self.leaf(self.stretch(body, self.body_prefix, self.body_block, l), self.compute)
        v = self.leaf(self.stretch(rest, self.rest_prefix, self.rest_block, l), self.compute)
        y = self.block(inputs[l], self.block_weights(w, v, frozen_body, frozen_rest, l), last, l)
      else:
        w, v, y = ws.pop(), vs.pop(), outputs.pop()
      grads = torch.grad([y], [inputs[l], w, v], annotate(List[Optional[Tensor]], [g]), None, False, True)
      torch.set_grad_enabled(False)
      g = torch._unwrap_optional(grads[0])
      self.stretch(g_body, self.body_prefix, self.body_block, l).add_(torch._unwrap_optional(grads[1]))
      if grads[2] is not None:
        self.stretch(g_rest, self.rest_prefix, self.rest_block, l).add_(torch._unwrap_optional(grads[2]))
    self.embed_gradient(g_body, g_rest, ids, torch.to(g, 6))
    return torch.detach(r), torch.detach(losses)

  # The same of inputs without critiques, or of a family that reads them as a part of its input; options in fp64, on the
  # CPU. Returns [2 P + 1, R]: the rewards, then the losses.
  def accumulate(self: __torch__.RewardModel, body: Tensor, rest: Tensor, frozen_body: Tensor, frozen_rest: Tensor, g_body: Tensor, g_rest: Tensor, ids: Tensor, last: Tensor, margins: Tensor, labels: Tensor, weights: Tensor, options: Tensor) -> Tensor:
    inputs = annotate(List[Tensor], [])
    r, losses = self.learn(body, rest, frozen_body, frozen_rest, g_body, g_rest, ids, last, margins, labels, weights, annotate(List[float], options.tolist()), inputs)
    return torch.cat([r, torch.unsqueeze(losses, 0)])

  # Divides the gradient of each part of the network by what its own norm is above the limit, so that no part's step
  # depends on another one's gradient.
  def clip_parts(self: __torch__.RewardModel, gradient: Tensor, limit: float) -> NoneType:
    for part in self.parts():
      norms = annotate(List[Tensor], [])
      for start, size in part:
        norms.append(torch.linalg_vector_norm(torch.narrow(gradient, 0, start, size)))
      scale = torch.clamp((torch.linalg_vector_norm(torch.stack(norms)) + 1e-06) / limit, 1.0)
      for start, size in part:
        torch.narrow(gradient, 0, start, size).div_(scale)
    return None

  # One AdamW step (Loshchilov and Hutter, arXiv 1711.05101) on two groups, `p` with weight decay and `q` without, after
  # clipping the gradient's norm (Pascanu et al., arXiv 1211.5063), that of each part by itself where there are several. Nothing changes when loss or norm are not
  # finite. No value is read back, so a GPU need not stop; the fused kernel divides by grad_scale and obeys found_inf.
  # The lists hold one tensor each: a list made in here would be dropped with its changes by the compiler.
  # hyper (fp64, on the CPU): learning rate, beta1, beta2, epsilon, decay, clip, share of the new weights in the average.
  # Returns [norm of the whole gradient before clipping, 1 if the step was skipped].
  def update(self: __torch__.RewardModel, p: List[Tensor], p_g: List[Tensor], p_m: List[Tensor], p_v: List[Tensor], q: List[Tensor], q_g: List[Tensor], q_m: List[Tensor], q_v: List[Tensor], steps: List[Tensor], flat: Tensor, gradient: Tensor, average: Tensor, loss: Tensor, hyper: Tensor) -> Tensor:
    h = annotate(List[float], hyper.tolist())
    norm = torch.linalg_vector_norm(gradient)
    skip = torch.to(torch.logical_not(torch.isfinite(norm + loss)), 6)
    scale = torch.clamp((norm + 1e-06) / h[5], 1.0)
    if len(self.parts()) > 1:
      self.clip_parts(gradient, h[5])
      scale = torch.ones_like(scale)
    steps[0].add_(1.0 - skip)
    torch._fused_adamw_(p, p_g, p_m, p_v, [], steps, lr=h[0], beta1=h[1], beta2=h[2], weight_decay=h[4], eps=h[3], amsgrad=False, maximize=False, grad_scale=scale, found_inf=skip)
    torch._fused_adamw_(q, q_g, q_m, q_v, [], steps, lr=h[0], beta1=h[1], beta2=h[2], weight_decay=0., eps=h[3], amsgrad=False, maximize=False, grad_scale=scale, found_inf=skip)
    if torch.size(average, 0) > 0:
      average.lerp_(flat, (1.0 - skip) * h[6])
    gradient.zero_()
    return torch.stack([norm, skip])

  # Forgets the accumulated gradient, also one that is not finite.
  def clear(self: __torch__.RewardModel, gradient: Tensor) -> Tensor:
    return gradient.zero_()

  # A vector of zeros like this one; dtype and length come as numbers.
  def zeros(self: __torch__.RewardModel, like: Tensor, length: Tensor, dtype: Tensor) -> Tensor:
    return torch.zeros([int(length)], dtype=int(dtype), device=like.device)

  # Copies values into a flat vector, whatever its type and device.
  def put(self: __torch__.RewardModel, flat: Tensor, offset: Tensor, values: Tensor) -> Tensor:
    torch.narrow(flat, 0, int(offset), torch.size(values, 0)).copy_(values)
    return values

  # Exchanges two vectors.
  def exchange(self: __torch__.RewardModel, a: Tensor, b: Tensor) -> Tensor:
    kept = torch.clone(a)
    a.copy_(b)
    return b.copy_(kept)

  # Values of a flat vector in fp32.
  def get(self: __torch__.RewardModel, flat: Tensor, offset: Tensor, length: Tensor) -> Tensor:
    return torch.clone(torch.to(torch.narrow(flat, 0, int(offset), int(length)), 6))
