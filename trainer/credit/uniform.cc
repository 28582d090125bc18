#include <algorithm>

#include "trainer/credit/credit_rules.h"

namespace kedge {
namespace {

struct UniformSettings {};

template <class V>
void visit(V&, UniformSettings&) {}

class UniformCredit : public CreditShaper {
 public:
  std::vector<std::string> columns() const override { return {}; }
  bool is_uniform() const override { return true; }
  void shape(const CreditInput&, std::span<double> factor) const override {
    std::fill(factor.begin(), factor.end(), 1.0);
  }
};

}  // namespace

std::unique_ptr<CreditShaper> make_uniform_credit(const ConfigNode& settings,
                                                  const std::string& path) {
  UniformSettings none;
  bind(settings, none, path);
  return std::make_unique<UniformCredit>();
}

}  // namespace kedge
