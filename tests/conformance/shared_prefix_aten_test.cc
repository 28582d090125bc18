// Prefix sharing in training against fp64: the gradient of every tensor, with the prompt computed
// once for all answers, is as near to LibTorch's autograd in double as the gradient of separate
// rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "model/transformer.h"
#include "tests/support/aten_oracle.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

using at::Tensor;

constexpr double kBound = 1e-5;  // L2 error of a tensor, relative

ModelConfig middle_config(const std::string& family) {
  ModelConfig config = test::small_config(family, family != "qwen2");
  config.hidden = 64;
  config.layers = 3;
  config.head_dim = 16;
  config.intermediate = 128;
  config.vocab = 97;
  config.max_position = 128;
  return config;
}

// A decoder in double, one row at a time, nothing shared with the code under test but the weights.
class DoubleModel {
 public:
  explicit DoubleModel(const Parameters& parameters) : config_(parameters.config()) {
    for (const NamedTensor& tensor : parameters.tensors()) {
      weights_[tensor.name] = at::from_blob(parameters.view(tensor).data, tensor.shape, at::kFloat)
                                  .to(at::kDouble)
                                  .clone()
                                  .set_requires_grad(true);
    }
  }

  // Log-prob of every token but the first.
  Tensor logprobs(const std::vector<Token>& tokens) const {
    const Tensor ids = at::tensor(at::ArrayRef<Token>(tokens), at::kInt).to(at::kLong);
    Tensor x = weight("model.embed_tokens.weight").index_select(0, ids);
    for (int64_t l = 0; l < config_.layers; ++l) x = block(x, l);
    x = norm(x, weight("model.norm.weight"));
    const Tensor head =
        config_.tied ? weight("model.embed_tokens.weight") : weight("lm_head.weight");
    const Tensor all = at::log_softmax(at::linear(x, head), -1);
    const int64_t n = ids.size(0);
    return all.slice(0, 0, n - 1).gather(1, ids.slice(0, 1, n).unsqueeze(1)).squeeze(1);
  }

  const Tensor& weight(const std::string& name) const { return weights_.at(name); }

 private:
  Tensor norm(const Tensor& x, const Tensor& w) const {
    return x * at::rsqrt(x.pow(2).mean(-1, true) + config_.rms_eps) * w;
  }

  // [T, size] -> [heads, T, D], rotated unless it holds values.
  Tensor heads(const Tensor& x, const std::string& at, const std::string& part,
               int64_t count) const {
    const Tensor bias = config_.qkv_bias ? weight(at + part + "_proj.bias") : Tensor();
    const Tensor y = at::linear(x, weight(at + part + "_proj.weight"), bias);
    Tensor split = y.view({x.size(0), count, config_.head_dim});
    if (part == "v") return split.transpose(0, 1);
    if (config_.qk_norm) split = norm(split, weight(at + part + "_norm.weight"));
    return rotated(split.transpose(0, 1));
  }

  Tensor rotated(const Tensor& x) const {
    const int64_t half = config_.head_dim / 2;
    const Tensor power = at::arange(half, at::kDouble) / static_cast<double>(half);
    const Tensor frequency = at::exp(power * -std::log(config_.rope_theta));
    const Tensor angle = at::outer(at::arange(x.size(1), at::kDouble), frequency);
    const Tensor a = x.slice(-1, 0, half), b = x.slice(-1, half);
    return at::cat({a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()}, -1);
  }

  Tensor attention(const Tensor& x, const std::string& at) const {
    const int64_t group = config_.heads / config_.kv_heads, n = x.size(0);
    const Tensor q = heads(x, at, "q", config_.heads);
    const Tensor k = heads(x, at, "k", config_.kv_heads).repeat_interleave(group, 0);
    const Tensor v = heads(x, at, "v", config_.kv_heads).repeat_interleave(group, 0);
    const Tensor hidden = at::ones({n, n}, at::kBool).triu(1);
    const Tensor scores = at::matmul(q, k.transpose(1, 2)) / std::sqrt(config_.head_dim);
    const Tensor p = at::softmax(scores.masked_fill(hidden, -INFINITY), -1);
    return at::linear(at::matmul(p, v).transpose(0, 1).reshape({n, -1}),
                      weight(at + "o_proj.weight"));
  }

  Tensor block(const Tensor& x, int64_t l) const {
    const std::string at = "model.layers." + std::to_string(l) + ".";
    const Tensor mid =
        x + attention(norm(x, weight(at + "input_layernorm.weight")), at + "self_attn.");
    const Tensor y = norm(mid, weight(at + "post_attention_layernorm.weight"));
    const Tensor gate = at::linear(y, weight(at + "mlp.gate_proj.weight"));
    const Tensor up = at::linear(y, weight(at + "mlp.up_proj.weight"));
    return mid + at::linear(at::silu(gate) * up, weight(at + "mlp.down_proj.weight"));
  }

  ModelConfig config_;
  std::map<std::string, Tensor> weights_;
};

// A group: a prompt and answers, with d loss / d log-prob of every answer token.
struct GroupCase {
  std::vector<Token> prompt;
  std::vector<std::vector<Token>> answers;
  static float slope(size_t answer, size_t token) {
    return (answer % 2 == 0 ? 1.0f : -0.6f) * (0.5f + 0.01f * static_cast<float>(token));
  }
};

GroupCase some_group(int64_t vocab) {
  GroupCase group{test::random_tokens(37, vocab, 1), {}};
  for (uint64_t a = 0; a < 8; ++a) {
    group.answers.push_back(
        test::random_tokens(11 + static_cast<int64_t>(9 * a % 31), vocab, 10 + a));
  }
  return group;
}

// Gradients of sum over targets of slope * log-prob, the prompt packed once or with every answer.
std::vector<float> packed_gradients(Parameters& parameters, const Operators& ops,
                                    const GroupCase& group, bool shared) {
  test::Machine machine(2);
  const ModelConfig& config = parameters.config();
  std::vector<Token> tokens;
  SegmentLayout layout;
  struct Target {
    int32_t source;
    Token id;
    float slope;
  };
  std::vector<Target> targets;
  const auto add = [&](const std::vector<Token>& ids, size_t count, int32_t parent) {
    tokens.insert(tokens.end(), ids.begin(), ids.begin() + static_cast<int64_t>(count));
    return layout.add(static_cast<int32_t>(count), parent);
  };
  int32_t prompt = -1;
  for (size_t a = 0; a < group.answers.size(); ++a) {
    const std::vector<Token>& answer = group.answers[a];
    if (!shared || prompt < 0) prompt = add(group.prompt, group.prompt.size(), -1);
    const int32_t end_of_prompt = layout.segments[prompt].end;
    const int32_t begin = layout.segments[add(answer, answer.size() - 1, prompt)].begin;
    for (size_t i = 0; i < answer.size(); ++i) {
      const int32_t source = i == 0 ? end_of_prompt - 1 : begin + static_cast<int32_t>(i) - 1;
      targets.push_back({source, answer[i], GroupCase::slope(a, i)});
    }
  }
  std::stable_sort(targets.begin(), targets.end(),
                   [](const Target& a, const Target& b) { return a.source < b.source; });
  std::vector<int32_t> source;
  std::vector<Token> id;
  std::vector<float> slope;
  for (const Target& target : targets) {
    source.push_back(target.source), id.push_back(target.id), slope.push_back(target.slope);
  }
  const Transformer transformer(config, ops);
  Activations activations(config, Recompute::none);
  parameters.zero_gradients();
  parameters.refresh(machine.context, ops);
  transformer.forward(machine.context, parameters, tokens, layout, activations);
  std::vector<float> logprob(id.size()), lse(id.size());
  const Parameter& head = parameters.head();
  ops.head->forward(machine.context, activations.hidden(), head.weight, {source, id}, 1.0f, logprob,
                    lse, {});
  std::vector<float> dhidden(tokens.size() * config.hidden);
  const TensorView dhidden_TE(dhidden.data(), {static_cast<int64_t>(tokens.size()), config.hidden});
  ops.head->backward(machine.context, activations.hidden(), head.weight, {source, id}, 1.0f,
                     {slope, {}, lse, {}}, dhidden_TE, head.grad);
  transformer.backward(machine.context, parameters, tokens, layout, activations, dhidden_TE);
  parameters.join_gradients();
  const TensorView flat = parameters.flat_grad();
  return {flat.f32(), flat.f32() + flat.numel()};
}

double relative_error(const std::vector<float>& flat, const NamedTensor& tensor,
                      const Tensor& expected) {
  const Tensor found =
      at::from_blob(const_cast<float*>(flat.data()) + tensor.offset, tensor.shape, at::kFloat)
          .to(at::kDouble);
  return ((found - expected).norm() / expected.norm()).item<double>();
}

class SharedPrefix : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(, SharedPrefix, testing::Values("llama", "qwen2", "qwen3"),
                         [](const auto& info) { return info.param; });

TEST_P(SharedPrefix, GradientsAreAsNearToDoubleAsThoseOfSeparateRows) {
  at::set_num_threads(1);
  const ModelConfig config = middle_config(GetParam());
  Parameters parameters(config, Parameters::Gradients::yes);
  test::randomize(parameters, 3, 0.15f);
  const GroupCase group = some_group(config.vocab);
  const Operators ops = exact_operators();
  const auto shared = packed_gradients(parameters, ops, group, true);
  const auto separate = packed_gradients(parameters, ops, group, false);

  const DoubleModel model(parameters);
  Tensor objective = at::zeros({}, at::kDouble);
  for (size_t a = 0; a < group.answers.size(); ++a) {
    std::vector<Token> row = group.prompt;
    row.insert(row.end(), group.answers[a].begin(), group.answers[a].end());
    const Tensor logprob = model.logprobs(row);
    for (size_t i = 0; i < group.answers[a].size(); ++i) {
      const auto at = static_cast<int64_t>(group.prompt.size() - 1 + i);
      objective = objective + logprob[at] * static_cast<double>(GroupCase::slope(a, i));
    }
  }
  objective.backward();
  for (const NamedTensor& tensor : parameters.tensors()) {
    const Tensor expected = model.weight(tensor.name).grad();
    const double error = relative_error(shared, tensor, expected);
    EXPECT_LT(error, kBound) << tensor.name;
    EXPECT_LE(error, 2 * relative_error(separate, tensor, expected)) << tensor.name;
  }
}

}  // namespace
}  // namespace kedge
