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
