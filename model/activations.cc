#include "model/activations.h"

#include "core/error.h"

namespace kedge {

namespace {

constexpr int64_t kAlign = 64;

int64_t block_floats_per_token(const ModelConfig& config) {
  BlockTensors block;
  int64_t floats = 0;
  for_each_inner_tensor(block, config, [&](TensorView&, int64_t width) { floats += width; });
  return floats;
}

// Cuts [tokens, width] views out of one piece of memory.
struct Cutter {
  int64_t tokens;
  std::byte* base;
  int64_t used = 0;

  std::byte* take(int64_t bytes) {
    std::byte* at = base == nullptr ? nullptr : base + used;
    used += (bytes + kAlign - 1) / kAlign * kAlign;
    return at;
  }
  void operator()(TensorView& view, int64_t width) {
    view = TensorView(take(tokens * width * 4), {tokens, width});
  }
};

}  // namespace

Activations::Memory::Memory(const ModelConfig& config, Recompute recompute)
    : config(config), recompute(recompute), blocks(config.layers) {}

int64_t Activations::Memory::lay_out(int64_t tokens, std::byte* base) {
  Cutter cut{tokens, base};
  position_T = {reinterpret_cast<int32_t*>(cut.take(tokens * 4)), static_cast<size_t>(tokens)};
  cut(hidden_TE, config.hidden);
  cut(rstd_T1, 1);
  cut(last_TE, config.hidden);
  for (BlockTensors& block : blocks) cut(block.x_TE, config.hidden);
  for (size_t l = 0; l < blocks.size(); ++l) {
    const TensorView x = blocks[l].x_TE;
    if (l > 0 && recompute == Recompute::blocks) {
      blocks[l] = blocks[0];
      blocks[l].x_TE = x;
    } else {
      for_each_inner_tensor(blocks[l], config, cut);
    }
    blocks[l].y_TE = l + 1 < blocks.size() ? blocks[l + 1].x_TE : last_TE;
  }
  return cut.used;
}

void Activations::Memory::bind(int64_t num_tokens) {
  const int64_t needed = lay_out(num_tokens, nullptr);
  if (needed > bytes) {
    memory_.reset();  // before the larger piece is asked for, so that both never exist
    bytes = 0;
    memory_ = take_memory(needed);
    bytes = memory_bytes(needed);
  }
  lay_out(num_tokens, memory_.get());
  tokens = num_tokens;
  filled = -1;
}

Activations::Activations(const ModelConfig& config, Recompute recompute)
    : memory_(std::make_unique<Memory>(config, recompute)) {}
Activations::~Activations() = default;
Activations::Activations(Activations&&) noexcept = default;
Activations& Activations::operator=(Activations&&) noexcept = default;

int64_t Activations::bytes_per_token(const ModelConfig& config, Recompute recompute) {
  const int64_t kept = recompute == Recompute::blocks ? 1 : config.layers;
  const int64_t inputs = (config.layers + 1) * config.hidden;
  const int64_t output = config.hidden + 1;
  const int64_t position = 1;
  return 4 * (kept * block_floats_per_token(config) + inputs + output + position);
}

int64_t Activations::bytes() const {
  return memory_->bytes;
}

TensorView Activations::hidden() const {
  KEDGE_CHECK(memory_->tokens > 0, "no forward has filled these activations");
  return memory_->hidden_TE;
}

}  // namespace kedge
