#include "trainer/credit/credit_shaper.h"

#include <array>

#include "core/registry.h"
#include "trainer/credit/credit_rules.h"

namespace kedge {

void CreditConfig::check(const std::string& path) const {
  make_credit_shaper(*this, path);
}

std::span<const CreditRule> credit_rules() {
  static constexpr std::array<CreditRule, 1> table = {{
      {"uniform", "the same on every token", make_uniform_credit},
  }};
  return table;
}

std::unique_ptr<CreditShaper> make_credit_shaper(const CreditConfig& config,
                                                 const std::string& path) {
  const CreditRule& rule =
      find_entry("credit rule", credit_rules(), config.rule, join_path(path, "rule"));
  return rule.make(config.settings, path);
}

}  // namespace kedge
