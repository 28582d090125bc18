#include "rollout/local_rollouts.h"

#include "rollout/orders.h"

namespace kedge {

namespace {

class LocalRollouts : public Rollouts {
 public:
  explicit LocalRollouts(RolloutEngine& engine) : engine_(engine) {}

  void adopt(const Parameters& weights) override { engine_.adopt(weights); }

  std::vector<FinishedRow> run(
      const RolloutOrder& order,
      const std::function<void(const FinishedRow&)>& on_finished) override {
    engine_.submit(order);
    std::vector<FinishedRow> rows;
    while (!engine_.idle()) {
      for (FinishedRow& row : engine_.step()) {
        if (on_finished) on_finished(row);
        rows.push_back(std::move(row));
      }
    }
    return in_order_of(order, std::move(rows));
  }

  void release(const GroupKey& group) override { engine_.release(group); }
  MetricSet take_metrics() override { return engine_.take_metrics(); }

 private:
  RolloutEngine& engine_;
};

}  // namespace

std::unique_ptr<Rollouts> local_rollouts(RolloutEngine& engine) {
  return std::make_unique<LocalRollouts>(engine);
}

}  // namespace kedge
