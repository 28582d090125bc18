// Credit: a factor per token that multiplies its advantage (attention sheet 1). A rule is one file
// and one line in credit_rules(); it says which signal columns it reads, and gets them row by row.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_node.h"
#include "core/schema.h"
#include "trainer/loss/real_span.h"

namespace kedge {

// `algorithm.credit`: the rule, and the settings the rule itself declares.
struct CreditConfig {
  std::string rule = "uniform";  // an entry of credit_rules()
  ConfigNode settings;
  void check(const std::string& path) const;
};

template <class V>
void visit(V& v, CreditConfig& c) {
  v.field("rule", c.rule, "how a row's advantage is spread over its tokens: uniform", not_empty());
  v.rest(c.settings);
}

// One row of n response tokens.
struct CreditInput {
  std::span<const uint8_t> mask;            // [n] trained
  std::span<const double> advantage;        // [n]
  std::map<std::string, RealSpan> signals;  // the columns asked for, [n] each
};

// Thread rule: const calls from any thread.
class CreditShaper {
 public:
  virtual ~CreditShaper() = default;
  // Names of the SignalTable columns that shape() reads.
  virtual std::vector<std::string> columns() const = 0;
  // True where every factor is 1: shape() need not be called.
  virtual bool is_uniform() const = 0;
  // Writes factor[n]; what stands where mask is 0 is not read.
  virtual void shape(const CreditInput& row, std::span<double> factor) const = 0;
};

struct CreditRule {
  std::string_view name;
  std::string_view doc;
  // Binds the rule's own settings; an unknown one is a ConfigError at `path`.
  std::unique_ptr<CreditShaper> (*make)(const ConfigNode& settings, const std::string& path);
};

std::span<const CreditRule> credit_rules();
std::unique_ptr<CreditShaper> make_credit_shaper(const CreditConfig& config,
                                                 const std::string& path = "algorithm.credit");

}  // namespace kedge
