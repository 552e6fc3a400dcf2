# The built-in reward model: forward pass, loss, gradient, clipping and AdamW as one TorchScript program.
# It holds no weights: all of them come in as ONE flat fp32 vector, in the order of ParameterLayout.
# Letters: B sequences, T tokens, d width, P pairs (chosen sides first, then their rejected sides).
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  dim : int
  layers : int
  heads : int
  feed_forward : int
  max_tokens : int
  vocabulary : int
  matrices : int

  # Names and shapes of all parameters, in the order of the flat vector (ParameterLayout says the same in Java).
  def layout(self: __torch__.Decoder) -> List[Tuple[str, List[int]]]:
    d, f = self.dim, self.feed_forward
    p = [("embed_tokens", [self.vocabulary, d])]
    for l in range(self.layers):
      p.append(("qkv.{}".format(l), [3 * d, d]))
      p.append(("out.{}".format(l), [d, d]))
      p.append(("up.{}".format(l), [f, d]))
      p.append(("down.{}".format(l), [d, f]))
    p.append(("score", [1, d]))
    p.append(("embed_positions", [self.max_tokens, d]))
    for l in range(self.layers):
      for n in ["attention_norm.{}", "feed_forward_norm.{}"]:
        p.append((n.format(l) + ".weight", [d]))
        p.append((n.format(l) + ".bias", [d]))
    p.append(("final_norm.weight", [d]))
    p.append(("final_norm.bias", [d]))
    return p

  # The flat vector as views by name. One split for all, since its backward is one concatenation.
  def unflatten(self: __torch__.Decoder, flat: Tensor) -> Dict[str, Tensor]:
    layout = self.layout()
    sizes = annotate(List[int], [])
    for name, shape in layout:
      size = 1
      for n in shape:
        size = size * n
      sizes.append(size)
    pieces = torch.split_with_sizes(flat, sizes)
    w = annotate(Dict[str, Tensor], {})
    for i in range(len(layout)):
      name, shape = layout[i]
      w[name] = torch.view(pieces[i], shape)
    return w

  def norm(self: __torch__.Decoder, x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
    return torch.layer_norm(x, [self.dim], w[name + ".weight"], w[name + ".bias"], 1e-05)

  # Logits [B] of ids [B, T] (padded at the right), read at token last[b] of each row.
  # Causal attention never looks right, so padding needs no mask.
  def rewards(self: __torch__.Decoder, flat: Tensor, ids: Tensor, last: Tensor) -> Tensor:
    w = self.unflatten(flat)
    B, T, d = torch.size(ids, 0), torch.size(ids, 1), self.dim
    x = torch.embedding(w["embed_tokens"], ids) + torch.slice(w["embed_positions"], 0, 0, T)
    for l in range(self.layers):
      h = self.norm(x, w, "attention_norm.{}".format(l))
      qkv = torch.view(torch.linear(h, w["qkv.{}".format(l)]), [B, T, 3, self.heads, d // self.heads])
      q, k, v = torch.unbind(torch.permute(qkv, [2, 0, 3, 1, 4]), 0)
      a = torch.scaled_dot_product_attention(q, k, v, None, 0., True)
      x = x + torch.linear(torch.reshape(torch.transpose(a, 1, 2), [B, T, d]), w["out.{}".format(l)])
      h = self.norm(x, w, "feed_forward_norm.{}".format(l))
      x = x + torch.linear(torch.gelu(torch.linear(h, w["up.{}".format(l)])), w["down.{}".format(l)])
    end = torch.squeeze(torch.gather(x, 1, torch.expand(torch.view(last, [B, 1, 1]), [B, 1, d])), 1)
    return torch.squeeze(torch.linear(self.norm(end, w, "final_norm"), w["score"]), -1)

  def score(self: __torch__.Decoder, flat: Tensor, ids: Tensor, last: Tensor) -> Tensor:
    return self.rewards(flat, ids, last)

  # Bradley-Terry with margins and label smoothing, plus the centring term of arXiv 2312.09244. r: [2 P].
  def loss(self: __torch__.Decoder, r: Tensor, margins: Tensor, smoothing: float, centring: float) -> Tensor:
    P = torch.size(margins, 0)
    chosen = torch.slice(r, 0, 0, P)
    rejected = torch.slice(r, 0, P, 2 * P)
    z = chosen - rejected - margins
    ranking = torch.softplus(torch.neg(z)) * (1.0 - smoothing) + torch.softplus(z) * smoothing
    total = chosen + rejected
    return torch.mean(ranking) + torch.mean(total * total) * centring

  # Loss, gradient and the logits, all in fp32.
  def gradient(self: __torch__.Decoder, flat: Tensor, ids: Tensor, last: Tensor, margins: Tensor, smoothing: float, centring: float) -> Tuple[Tensor, Tensor, Tensor]:
    torch.set_grad_enabled(True)
    leaf = torch.requires_grad_(torch.detach(flat), True)
    r = self.rewards(leaf, ids, last)
    loss = self.loss(r, margins, smoothing, centring)
    g = torch.grad([loss], [leaf], None, None, False, False)
    torch.set_grad_enabled(False)
    return (torch.detach(loss), torch._unwrap_optional(g[0]), torch.detach(r))

  # Decoupled weight decay (AdamW, arXiv 1711.05101) on one slice of the vectors, in place.
  def adamw(self: __torch__.Decoder, w: Tensor, g: Tensor, m: Tensor, v: Tensor, lr: float, beta1: float, beta2: float, eps: float, decay: float, step: float) -> NoneType:
    w.mul_(1.0 - lr * decay)
    m.mul_(beta1).add_(g, alpha=1.0 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1.0 - beta2)
    denominator = torch.add(torch.div(torch.sqrt(v), (1.0 - beta2 ** step) ** 0.5), eps)
    w.addcdiv_(m, denominator, value=-lr / (1.0 - beta1 ** step))
    return None

  # One optimiser step. hyper (fp64): lr, beta1, beta2, eps, decay, clip, smoothing, centring, step (from 1).
  # Returns [loss, norm of the gradient before clipping, logits before the update...]; weights and moments are left
  # alone when loss or norm are not finite.
  def step(self: __torch__.Decoder, flat: Tensor, m: Tensor, v: Tensor, ids: Tensor, last: Tensor, margins: Tensor, hyper: Tensor) -> Tensor:
    h = annotate(List[float], hyper.tolist())
    loss, g, r = self.gradient(flat, ids, last, margins, h[6], h[7])
    norm = torch.linalg_vector_norm(g)
    if bool(torch.isfinite(loss + norm)):
      g.mul_(torch.clamp(torch.reciprocal(norm + 1e-06) * h[5], None, 1.0))
      k, n = self.matrices, torch.size(flat, 0)
      self.adamw(torch.slice(flat, 0, 0, k), torch.slice(g, 0, 0, k), torch.slice(m, 0, 0, k), torch.slice(v, 0, 0, k), h[0], h[1], h[2], h[3], h[4], h[8])
      self.adamw(torch.slice(flat, 0, k, n), torch.slice(g, 0, k, n), torch.slice(m, 0, k, n), torch.slice(v, 0, k, n), h[0], h[1], h[2], h[3], 0.0, h[8])
    return torch.cat([torch.stack([loss, norm]), r])

  # For tests: the gradient alone.
  def gradient_of(self: __torch__.Decoder, flat: Tensor, ids: Tensor, last: Tensor, margins: Tensor, hyper: Tensor) -> Tensor:
    h = annotate(List[float], hyper.tolist())
    loss, g, r = self.gradient(flat, ids, last, margins, h[6], h[7])
    return g
