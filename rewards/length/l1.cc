// Answers of a wanted length (L1, arXiv 2503.04697).
#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

struct L1ExactConfig {
  LengthConfig length;
  std::string column = "num_tokens";
  std::optional<double> num_tokens;
  double alpha = 0.0003;
};

struct L1MaxConfig : L1ExactConfig {
  double delta = 0.5;
};

template <class V>
void visit(V& v, L1ExactConfig& c) {
  visit_length(v, c.length);
  v.field("column", c.column, "prompt column with the wanted number of tokens", not_empty());
  v.field("num_tokens", c.num_tokens, "the wanted number for every prompt, instead of a column",
          positive());
  v.field("alpha", c.alpha, "reward per token", positive());
}

template <class V>
void visit(V& v, L1MaxConfig& c) {
  visit(v, static_cast<L1ExactConfig&>(c));
  v.field("delta", c.delta, "reward of a correct answer of just that length", between(0, 1));
}

class L1 : public RowLengthReward {
 public:
  explicit L1(const L1ExactConfig& config)
      : RowLengthReward(config.length), column_(config.column), num_tokens_(config.num_tokens) {}

  std::vector<std::string> prompt_columns() const override {
    return num_tokens_ ? std::vector<std::string>{} : std::vector<std::string>{column_};
  }

 protected:
  Verdict term(const RewardItem& item, const LengthRow& row) const override {
    const Prompt& prompt = item.prompt();
    try {
      const double wanted =
          num_tokens_ ? *num_tokens_
                      : required<double>(prompt.columns, column_.c_str(), "prompt " + prompt.id);
      return Verdict::scored(formula(wanted, row) - number_of(row.correct));
    } catch (const ConfigError& error) {
      return Verdict::failed(error.what());
    }
  }
  virtual double formula(double wanted, const LengthRow& row) const = 0;

 private:
  const std::string column_;
  const std::optional<double> num_tokens_;
};

// c - alpha |n - L|
class L1Exact : public L1 {
 public:
  explicit L1Exact(const L1ExactConfig& config) : L1(config), alpha_(config.alpha) {}

 protected:
  double formula(double wanted, const LengthRow& row) const override {
    return number_of(row.correct) - alpha_ * std::abs(wanted - row.length);
  }

 private:
  const double alpha_;
};

// c clip(alpha (n - L) + delta, 0, 1)
class L1Max : public L1 {
 public:
  explicit L1Max(const L1MaxConfig& config)
      : L1(config), alpha_(config.alpha), delta_(config.delta) {}

 protected:
  double formula(double wanted, const LengthRow& row) const override {
    return number_of(row.correct) * std::clamp(alpha_ * (wanted - row.length) + delta_, 0.0, 1.0);
  }

 private:
  const double alpha_;
  const double delta_;
};

}  // namespace

RewardEntry l1_exact_entry() {
  return reward_entry<L1Exact, L1ExactConfig>(
      "l1_exact", "length: distance from the prompt's wanted length (L1)");
}

RewardEntry l1_max_entry() {
  return reward_entry<L1Max, L1MaxConfig>(
      "l1_max", "length: a correct answer within the prompt's wanted length keeps its reward (L1)");
}

}  // namespace kedge
