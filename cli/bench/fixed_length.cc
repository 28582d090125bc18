#include "cli/bench/fixed_length.h"

namespace kedge {
namespace {

class FixedLength : public Rollouts {
 public:
  explicit FixedLength(std::unique_ptr<Rollouts> inner) : inner_(std::move(inner)) {}

  void adopt(const Parameters& weights) override { inner_->adopt(weights); }
  std::vector<FinishedRow> run(
      const RolloutOrder& order,
      const std::function<void(const FinishedRow&)>& on_finished) override {
    RolloutOrder endless = order;
    for (SampleItem& item : endless.samples) {
      item.sampling.stop_ids.clear();
      item.sampling.stop_strings.clear();
    }
    return inner_->run(endless, on_finished);
  }
  void release(const GroupKey& group) override { inner_->release(group); }
  MetricSet take_metrics() override { return inner_->take_metrics(); }

 private:
  std::unique_ptr<Rollouts> inner_;
};

}  // namespace

std::unique_ptr<Rollouts> fixed_length(std::unique_ptr<Rollouts> inner) {
  return std::make_unique<FixedLength>(std::move(inner));
}

}  // namespace kedge
