#include "model/parameters.h"

#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/math.h"
#include "core/rng.h"

namespace kedge {

namespace {

constexpr int64_t kTensorAlign = 16;    // floats: one cache line
constexpr int64_t kBufferAlign = 4096;  // floats: slices of a sharded optimiser
constexpr double kInitDeviation = 0.02;
constexpr double kTwoPi = 6.28318530717958647692;

int64_t padded(int64_t count, int64_t align) {
  return (count + align - 1) / align * align;
}

Memory zeros(int64_t floats) {
  Memory memory = take_memory(floats * 4);
  std::memset(memory.get(), 0, floats * 4);
  return memory;
}

TensorView shaped(float* data, const std::vector<int64_t>& shape) {
  return shape.size() == 1 ? TensorView(data, {shape[0]}) : TensorView(data, {shape[0], shape[1]});
}

// Names a run of tensors that must be neighbours without padding between them.
class Layout {
 public:
  explicit Layout(std::vector<NamedTensor>& tensors) : tensors_(tensors) {}

  void matrix(const std::string& name, int64_t rows, int64_t columns) {
    add({name, {rows, columns}, next_, true});
  }
  void vector(const std::string& name, int64_t size) { add({name, {size}, next_, false}); }
  void end_group() { next_ = padded(next_, kTensorAlign); }
  int64_t size() const { return padded(next_, kBufferAlign); }

 private:
  void add(NamedTensor tensor) {
    next_ += tensor.numel();
    tensors_.push_back(std::move(tensor));
  }

  std::vector<NamedTensor>& tensors_;
  int64_t next_ = 0;
};

void lay_out_attention(Layout& layout, const ModelConfig& config, const std::string& at) {
  layout.matrix(at + "q_proj.weight", config.q_size(), config.hidden);
  layout.matrix(at + "k_proj.weight", config.kv_size(), config.hidden);
  layout.matrix(at + "v_proj.weight", config.kv_size(), config.hidden);
  layout.end_group();
  if (config.qkv_bias) {
    layout.vector(at + "q_proj.bias", config.q_size());
    layout.vector(at + "k_proj.bias", config.kv_size());
    layout.vector(at + "v_proj.bias", config.kv_size());
    layout.end_group();
  }
  if (config.qk_norm) {
    layout.vector(at + "q_norm.weight", config.head_dim);
    layout.end_group();
    layout.vector(at + "k_norm.weight", config.head_dim);
    layout.end_group();
  }
  layout.matrix(at + "o_proj.weight", config.hidden, config.q_size());
  layout.end_group();
}

void lay_out_layer(Layout& layout, const ModelConfig& config, int64_t index) {
  const std::string at = "model.layers." + std::to_string(index) + ".";
  layout.vector(at + "input_layernorm.weight", config.hidden);
  layout.end_group();
  lay_out_attention(layout, config, at + "self_attn.");
  layout.vector(at + "post_attention_layernorm.weight", config.hidden);
  layout.end_group();
  layout.matrix(at + "mlp.gate_proj.weight", config.intermediate, config.hidden);
  layout.matrix(at + "mlp.up_proj.weight", config.intermediate, config.hidden);
  layout.end_group();
  layout.matrix(at + "mlp.down_proj.weight", config.hidden, config.intermediate);
  layout.end_group();
}

// Four standard normal draws from one address (Box and Muller 1958).
std::array<double, 4> normal_draws(uint64_t seed, const RandomAddress& address) {
  const Philox4 words = random_words(seed, address);
  std::array<double, 4> draws;
  for (int pair = 0; pair < 2; ++pair) {
    // The half keeps u away from 0.
    const double u = (words[2 * pair] + 0.5) * 0x1p-32;
    const double v = (words[2 * pair + 1] + 0.5) * 0x1p-32;
    const double radius = std::sqrt(-2.0 * math::log(u));
    draws[2 * pair] = radius * math::cos(kTwoPi * v);
    draws[2 * pair + 1] = radius * math::sin(kTwoPi * v);
  }
  return draws;
}

void fill_normal(const TensorView& view, uint64_t seed, uint64_t tensor) {
  float* data = view.f32();
  const int64_t count = view.numel();
  for (int64_t i = 0; i < count; i += 4) {
    const std::array<double, 4> draws =
        normal_draws(seed, {Purpose::init, tensor, 0, 0, static_cast<uint64_t>(i / 4)});
    for (int64_t j = i; j < std::min(i + 4, count); ++j) {
      data[j] = static_cast<float>(kInitDeviation * draws[j - i]);
    }
  }
}

}  // namespace

int64_t NamedTensor::numel() const {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

Parameters::Parameters(const ModelConfig& config, Gradients gradients)
    : config_(config) {
  lay_out();
  weights_ = zeros(size_);
  if (gradients == Gradients::yes) {
    grads_ = zeros(size_);
    if (config_.tied) head_grad_ = zeros(config_.vocab * config_.hidden);
  }
  bind_views();
}

void Parameters::lay_out() {
  Layout layout(tensors_);
  layout.matrix("model.embed_tokens.weight", config_.vocab, config_.hidden);
  layout.end_group();
  for (int64_t i = 0; i < config_.layers; ++i) lay_out_layer(layout, config_, i);
  layout.vector("model.norm.weight", config_.hidden);
  layout.end_group();
  if (!config_.tied) {
    layout.matrix("lm_head.weight", config_.vocab, config_.hidden);
    layout.end_group();
  }
  size_ = layout.size();
}

void Parameters::bind_views() {
  size_t next = 0;
  // The next `count` tensors as one matrix (or vector) whose rows follow each other.
  auto take = [&](size_t count) {
    const NamedTensor& first = tensors_[next];
    std::vector<int64_t> shape = first.shape;
    for (size_t i = 1; i < count; ++i) shape[0] += tensors_[next + i].shape[0];
    next += count;
    Parameter parameter;
    parameter.weight.master_NK = shaped(floats_of(weights_) + first.offset, shape);
    if (grads_) parameter.grad = shaped(floats_of(grads_) + first.offset, shape);
    return parameter;
  };
  embedding_ = take(1);
  for (int64_t i = 0; i < config_.layers; ++i) {
    LayerParameters& layer = layers_.emplace_back();
    layer.input_norm = take(1);
    layer.qkv = take(3);
    if (config_.qkv_bias) layer.qkv_bias = take(3);
    if (config_.qk_norm) {
      layer.q_norm = take(1);
      layer.k_norm = take(1);
    }
    layer.o = take(1);
    layer.post_norm = take(1);
    layer.gate_up = take(2);
    layer.down = take(1);
  }
  final_norm_ = take(1);
  if (config_.tied) {
    head_.weight = embedding_.weight;
    if (grads_) head_.grad = TensorView(floats_of(head_grad_), {config_.vocab, config_.hidden});
  } else {
    head_ = take(1);
  }
}

TensorView Parameters::flat() const {
  return TensorView(floats_of(weights_), {size_});
}

TensorView Parameters::flat_grad() const {
  return grads_ ? TensorView(floats_of(grads_), {size_}) : TensorView();
}

TensorView Parameters::view(const NamedTensor& tensor) const {
  return shaped(floats_of(weights_) + tensor.offset, tensor.shape);
}

TensorView Parameters::grad_view(const NamedTensor& tensor) const {
  return grads_ ? shaped(floats_of(grads_) + tensor.offset, tensor.shape) : TensorView();
}

void Parameters::zero_gradients() {
  KEDGE_CHECK(grads_, "these parameters hold no gradients");
  std::memset(floats_of(grads_), 0, static_cast<size_t>(size_) * sizeof(float));
  if (head_grad_) std::memset(floats_of(head_grad_), 0, static_cast<size_t>(head_.grad.bytes()));
}

void Parameters::join_gradients() {
  KEDGE_CHECK(grads_, "these parameters hold no gradients");
  if (!head_grad_) return;
  float* embedding = embedding_.grad.f32();
  const float* head = head_.grad.f32();
  const int64_t count = embedding_.grad.numel();
  for (int64_t i = 0; i < count; ++i) embedding[i] += head[i];
  std::memset(floats_of(head_grad_), 0, static_cast<size_t>(count) * sizeof(float));
}

void Parameters::refresh(Context& context, const Operators& ops) {
  std::vector<Weight*> weights = {&head_.weight};
  for (LayerParameters& layer : layers_) {
    for (Parameter* p : {&layer.qkv, &layer.o, &layer.gate_up, &layer.down}) {
      weights.push_back(&p->weight);
    }
  }
  if (packed_for_ != ops.linear.get()) {
    packed_.clear();
    for (Weight* weight : weights) {
      packed_.push_back(ops.linear->prepare(weight->master_NK));
      weight->packed = packed_.back().get();
    }
    packed_for_ = ops.linear.get();
  }
  for (Weight* weight : weights) ops.linear->refresh(context, *weight);
}

int64_t Parameters::packed_bytes() const {
  int64_t bytes = 0;
  for (const auto& packed : packed_) bytes += packed ? packed->bytes() : 0;
  return bytes;
}

void Parameters::initialize(uint64_t seed) {
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const TensorView tensor = view(tensors_[i]);
    if (tensors_[i].decay) {
      fill_normal(tensor, seed, i);
    } else {
      const bool bias = tensors_[i].name.ends_with(".bias");
      std::fill_n(tensor.f32(), tensor.numel(), bias ? 0.0f : 1.0f);
    }
  }
}

}  // namespace kedge
