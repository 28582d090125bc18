// Logits, log-probs, loss, gradients and attention of tiny Hugging Face checkpoints against numbers
// that PyTorch and transformers made. Every directory of <golden>/models is a case.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "model/checkpoint_dir.h"
#include "model/safetensors.h"
#include "model/transformer.h"
#include "tests/support/golden_files.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

constexpr double kValueTolerance = 2e-4;     // logits and log-probs, absolute
constexpr double kGradientTolerance = 1e-3;  // of the largest entry of the tensor

std::filesystem::path golden_models() { return testing_support::golden_path("models"); }

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  if (!std::filesystem::is_directory(golden_models())) return names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_models())) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Operators make_operators(const std::string& backend) {
  if (backend == "exact") return exact_operators();
  if (backend == "aten") return aten_operators(1);
  return reference_operators();
}

// A backend that this build or this CPU lacks says so by a ConfigError and is left out.
std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const std::string backend : {"reference", "exact", "aten"}) {
    try {
      make_operators(backend);
      names.push_back(backend);
    } catch (const ConfigError&) {
    }
  }
  return names;
}

std::vector<float> floats(const SafetensorsFile& file, const std::string& name) {
  const SafetensorsEntry* entry = file.find(name);
  KEDGE_CHECK(entry != nullptr, file.path(), " has no tensor ", name);
  std::vector<float> values(entry->numel());
  file.read_floats(*entry, values.data());
  return values;
}

std::vector<Token> token_ids(const SafetensorsFile& file, const std::string& name) {
  const SafetensorsEntry& entry = *file.find(name);
  std::vector<int64_t> wide(entry.numel());
  std::memcpy(wide.data(), file.bytes(entry).data(), wide.size() * sizeof(int64_t));
  return {wide.begin(), wide.end()};
}

void expect_near(std::span<const float> got, const std::vector<float>& expected, double bound,
                 const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], expected[i], bound) << what << "[" << i << "]";
  }
}

using Case = std::tuple<std::string, std::string>;  // model, backend

class GoldenModel : public testing::TestWithParam<Case> {
 protected:
  GoldenModel()
      : dir_((golden_models() / std::get<0>(GetParam())).string()),
        config_(load_model_config(dir_)),
        expected_(dir_ + "/expected.safetensors"),
        ops_(make_operators(std::get<1>(GetParam()))),
        parameters_(config_, Parameters::Gradients::yes),
        transformer_(config_, ops_),
        activations_(config_, Recompute::none) {
    load_weights(dir_, parameters_);
    parameters_.refresh(machine_.context, ops_);
    for (int i = 0; expected_.find(key(i, "input_ids")) != nullptr; ++i) {
      sequences_.push_back(token_ids(expected_, key(i, "input_ids")));
      layout_.add(static_cast<int32_t>(sequences_.back().size()), -1);
      tokens_.insert(tokens_.end(), sequences_.back().begin(), sequences_.back().end());
    }
  }

  static std::string key(size_t sequence, const std::string& what) {
    return "seq" + std::to_string(sequence) + "." + what;
  }

  // All sequences packed into one forward.
  void forward(AttentionTap* tap = nullptr) {
    transformer_.forward(machine_.context, parameters_, tokens_, layout_, activations_, tap);
  }

  std::vector<float> logits_of(const TensorView& hidden) {
    std::vector<float> logits(hidden.size(0) * config_.vocab);
    ops_.head->logits(machine_.context, hidden, parameters_.head().weight,
                      {logits.data(), {hidden.size(0), config_.vocab}});
    return logits;
  }

  std::string dir_;
  ModelConfig config_;
  SafetensorsFile expected_;
  test::Machine machine_{2};
  Operators ops_;
  Parameters parameters_;
  Transformer transformer_;
  Activations activations_;
  std::vector<std::vector<Token>> sequences_;
  SegmentLayout layout_;
  std::vector<Token> tokens_;
};

INSTANTIATE_TEST_SUITE_P(, GoldenModel,
                         testing::Combine(testing::ValuesIn(case_names()),
                                          testing::ValuesIn(backend_names())),
                         [](const testing::TestParamInfo<Case>& info) {
                           std::string name =
                               std::get<0>(info.param) + "_" + std::get<1>(info.param);
                           for (char& c : name) c = std::isalnum(c) ? c : '_';
                           return name;
                         });

TEST(GoldenModelCases, AreThere) {
  EXPECT_FALSE(case_names().empty()) << golden_models();
}

TEST_P(GoldenModel, Logits) {
  forward();
  ASSERT_FALSE(sequences_.empty());
  for (size_t i = 0; i < sequences_.size(); ++i) {
    const SegmentSpan& span = layout_.segments[i];
    expect_near(logits_of(activations_.hidden().rows(span.begin, span.end)),
                floats(expected_, key(i, "logits")), kValueTolerance, key(i, "logits"));
  }
}

// Prefill in pieces of seven, then decode: the engine's path through the same numbers.
TEST_P(GoldenModel, LogitsOverPagedKv) {
  for (size_t i = 0; i < sequences_.size(); ++i) {
    const auto length = static_cast<int32_t>(sequences_[i].size());
    std::vector<int32_t> blocks;
    for (int32_t b = (length - 1) / kKvBlock; b >= 0; --b) blocks.push_back(b);
    KvCache kv(config_, static_cast<int32_t>(blocks.size()));
    std::vector<float> hidden(length * config_.hidden);
    for (int32_t begin = 0; begin < length;) {
      const int32_t end = begin + std::max(1, std::min(7, length - 5 - begin));
      transformer_.forward_paged(
          machine_.context, parameters_, std::span(sequences_[i]).subspan(begin, end - begin),
          {{{0, end - begin, begin, blocks}}}, kv,
          {hidden.data() + begin * config_.hidden, {end - begin, config_.hidden}});
      begin = end;
    }
    expect_near(logits_of({hidden.data(), {length, config_.hidden}}),
                floats(expected_, key(i, "logits")), kValueTolerance, key(i, "logits"));
  }
}

struct Targets {
  std::vector<int32_t> source;
  std::vector<Token> id;
  std::vector<float> weight, expected_logprob;
};

Targets targets_of(const SafetensorsFile& expected, const SegmentLayout& layout,
                   const std::vector<Token>& tokens) {
  Targets targets;
  for (size_t i = 0; i < layout.segments.size(); ++i) {
    const SegmentSpan& span = layout.segments[i];
    for (int32_t t = span.begin; t + 1 < span.end; ++t) {
      targets.source.push_back(t);
      targets.id.push_back(tokens[t + 1]);
    }
    const std::string sequence = "seq" + std::to_string(i);
    const std::vector<float> weights = floats(expected, sequence + ".weights");
    const std::vector<float> logprobs = floats(expected, sequence + ".logprobs");
    targets.weight.insert(targets.weight.end(), weights.begin(), weights.end());
    targets.expected_logprob.insert(targets.expected_logprob.end(), logprobs.begin(),
                                    logprobs.end());
  }
  return targets;
}

TEST_P(GoldenModel, LogProbsLossAndGradients) {
  forward();
  const Targets targets = targets_of(expected_, layout_, tokens_);
  const size_t M = targets.id.size();
  ASSERT_EQ(targets.weight.size(), M);
  std::vector<float> logprob(M), lse(M), dlogprob(M);
  const HeadTargets head{targets.source, targets.id};
  ops_.head->forward(machine_.context, activations_.hidden(), parameters_.head().weight, head, 1.0f,
                     logprob, lse, {});
  expect_near(logprob, targets.expected_logprob, kValueTolerance, "log-probs");
  double loss = 0.0, weight_sum = 0.0;
  for (size_t m = 0; m < M; ++m) {
    loss -= static_cast<double>(targets.weight[m]) * logprob[m];
    weight_sum += std::fabs(targets.weight[m]);
    dlogprob[m] = -targets.weight[m];
  }
  EXPECT_NEAR(loss, floats(expected_, "loss")[0], kValueTolerance * weight_sum);

  std::vector<float> memory(tokens_.size() * config_.hidden);
  const TensorView dhidden(memory.data(), {static_cast<int64_t>(tokens_.size()), config_.hidden});
  parameters_.zero_gradients();
  ops_.head->backward(machine_.context, activations_.hidden(), parameters_.head().weight, head,
                      1.0f, {dlogprob, {}, lse, {}}, dhidden, parameters_.head().grad);
  transformer_.backward(machine_.context, parameters_, tokens_, layout_, activations_, dhidden);
  parameters_.join_gradients();

  std::set<std::string> compared;
  for (const NamedTensor& tensor : parameters_.tensors()) {
    const std::vector<float> expected = floats(expected_, "grad." + tensor.name);
    float largest = 0.0f;
    for (const float value : expected) largest = std::max(largest, std::fabs(value));
    const TensorView grad = parameters_.grad_view(tensor);
    expect_near({grad.f32(), static_cast<size_t>(grad.numel())}, expected,
                kGradientTolerance * largest, tensor.name);
    compared.insert("grad." + tensor.name);
  }
  for (const SafetensorsEntry& entry : expected_.entries()) {
    if (entry.name.starts_with("grad.")) {
      EXPECT_TRUE(compared.contains(entry.name)) << entry.name;
    }
  }
}

// Keeps p_j = exp(scale q.k_j - lse) of one segment, from what the tap is shown.
class KeepAttention : public AttentionTap {
 public:
  explicit KeepAttention(int32_t segment) : segment_(segment) {}
  bool wants(int) const override { return true; }

  void observe(const AttentionSample& sample) override {
    const SegmentSpan& span = sample.forest->segments[segment_];
    const int64_t T = span.end - span.begin, D = sample.shape.head_dim;
    const int64_t group = sample.shape.heads / sample.shape.kv_heads;
    std::vector<float>& p = layers.emplace_back(sample.shape.heads * T * T, 0.0f);
    for (int64_t h = 0; h < sample.shape.heads; ++h) {
      for (int64_t i = 0; i < T; ++i) {
        const float* q = row(sample.qkv_TC, span.begin + i) + h * D;
        const float lse = row(sample.lse_TH, span.begin + i)[h];
        for (int64_t j = 0; j <= i; ++j) {
          const float* k =
              row(sample.qkv_TC, span.begin + j) + (sample.shape.heads + h / group) * D;
          double score = 0.0;
          for (int64_t d = 0; d < D; ++d) score += static_cast<double>(q[d]) * k[d];
          p[(h * T + i) * T + j] = static_cast<float>(std::exp(score * sample.shape.scale - lse));
        }
      }
    }
  }

  std::vector<std::vector<float>> layers;

 private:
  static const float* row(const TensorView& view, int64_t i) {
    return view.f32() + i * view.stride[0];
  }
  int32_t segment_;
};

TEST_P(GoldenModel, AttentionSeenByTheTap) {
  const auto segment = static_cast<int32_t>(sequences_.size()) - 1;
  if (expected_.find(key(segment, "attention.0")) == nullptr) {
    GTEST_SKIP() << "the case holds no attention";
  }
  KeepAttention tap(segment);
  forward(&tap);
  ASSERT_EQ(static_cast<int64_t>(tap.layers.size()), config_.layers);
  for (size_t l = 0; l < tap.layers.size(); ++l) {
    const std::string name = key(segment, "attention." + std::to_string(l));
    expect_near(tap.layers[l], floats(expected_, name), kValueTolerance, name);
  }
}

}  // namespace
}  // namespace kedge
