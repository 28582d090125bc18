// One operator on one shape, to be run on any backend, and the list of all of them.
//
// Legend: M rows (tokens), N outputs, K inputs, T tokens, E model dim, V vocabulary.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"
#include "model/config.h"
#include "model/ops.h"

namespace kedge {

// Memory aligned like the model's, with a view on it. Copies share the memory.
struct OwnedTensor {
  std::shared_ptr<float[]> memory;
  TensorView view;
};
// Uniform in (-scale, scale); `salt` tells tensors apart.
OwnedTensor random_tensor(std::initializer_list<int64_t> shape, uint64_t salt, float scale = 1.0f);
OwnedTensor zero_tensor(std::initializer_list<int64_t> shape);

// A weight in the form `ops` computes with. Copies share the memory.
struct OwnedWeight {
  OwnedTensor master;
  std::shared_ptr<PackedWeight> packed;
  Weight weight() const { return {master.view, packed.get()}; }
};
OwnedWeight random_weight(Context& context, const Operators& ops, int64_t rows, int64_t columns);

struct OpCase {
  std::string op;      // "linear/forward"
  ordered_json shape;  // {"M": 32, "K": 768, "N": 1280}
  double flop = 0.0;   // a multiply-add counts two; 0 where memory is the only limit
  double bytes = 0.0;  // read and written once
  // Makes tensors for a backend and returns what one call of the operator is. It borrows context
  // and operators, and owns the tensors.
  std::function<std::function<void()>(Context&, const Operators&)> bind;
};

// The linear layers of a block of `config`, forward and both backwards, for every number of rows.
std::vector<OpCase> linear_cases(const ModelConfig& config, const std::vector<int64_t>& rows);
// Training attention over `groups` groups of a prompt of 32 and 8 answers of 64, over one row of
// `longest`; paged decode of `rows` rows after `longest` tokens, and prefill of `longest`.
struct AttentionSizes {
  int32_t groups = 4;
  int32_t longest = 1024;
  int32_t rows = 32;
};
std::vector<OpCase> attention_cases(const ModelConfig& config, const AttentionSizes& sizes);
// Norm, rotary, SwiGLU and embedding over `tokens` rows.
std::vector<OpCase> row_cases(const ModelConfig& config, int64_t tokens);
// Logits of 64 rows; log-probs and their backward (logits computed again) of `tokens` targets.
std::vector<OpCase> head_cases(const ModelConfig& config, int64_t tokens);

}  // namespace kedge
