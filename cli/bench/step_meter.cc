#include "cli/bench/step_meter.h"

namespace kedge {
namespace {

double value_of(const MetricValues& values, const std::string& name) {
  const auto found = values.find(name);
  KEDGE_CHECK(found != values.end(), "[bench] a step without the metric ", name);
  return found->second;
}

}  // namespace

void StepMeter::show(const Progress& progress) {
  const double now = clock_.now();
  const MetricValues values = progress.metrics->flatten();
  StepTimes times;
  times.reward = value_of(values, "timing_s/reward");
  times.generate = value_of(values, "timing_s/gen") + times.reward;
  times.update = value_of(values, "timing_s/update_actor");
  times.step = steps_.empty() ? value_of(values, "timing_s/step") : now - last_;
  steps_.push_back(times);
  rss_ = kedge::peak_rss_mib();  // what the meter itself holds is small
  fma_.push_back(limits_.fma_gflops());
  last_ = clock_.now();
}

StepTimes StepMeter::times() const {
  const size_t first = steps_.size() > 1 ? 1 : 0;
  const auto middle = [&](double StepTimes::*member) {
    std::vector<double> values;
    for (size_t i = first; i < steps_.size(); ++i) values.push_back(steps_[i].*member);
    return median(values);
  };
  return {middle(&StepTimes::step), middle(&StepTimes::generate), middle(&StepTimes::reward),
          middle(&StepTimes::update)};
}

double counted_flop(int64_t parameters, const StepTokens& tokens) {
  return static_cast<double>(parameters) *
         (2.0 * static_cast<double>(tokens.decoded) + 6.0 * static_cast<double>(tokens.trained));
}

}  // namespace kedge
