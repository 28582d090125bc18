#include "core/metrics.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace kedge {

namespace {

constexpr const char* kNonFinite = "metrics/non_finite";

class TeeSink : public MetricSink {
 public:
  explicit TeeSink(std::vector<std::unique_ptr<MetricSink>> sinks) : sinks_(std::move(sinks)) {}
  void write(int64_t step, const MetricValues& values) override {
    for (const auto& sink : sinks_) sink->write(step, values);
  }
  void flush() override {
    for (const auto& sink : sinks_) sink->flush();
  }

 private:
  std::vector<std::unique_ptr<MetricSink>> sinks_;
};

template <class Terms>
double sum_of(const Terms& terms) {
  double sum = 0.0;
  for (const auto& term : terms) sum += term.value * term.weight;
  return sum;
}

template <class Terms>
double weight_of(const Terms& terms) {
  double sum = 0.0;
  for (const auto& term : terms) sum += term.weight;
  return sum;
}

// Nearest rank: the smallest value with at least that share of all values at or below it.
double quantile_of(const std::vector<double>& sorted, int percent) {
  const size_t rank = (sorted.size() * static_cast<size_t>(percent) + 99) / 100;
  return sorted[std::max<size_t>(rank, 1) - 1];
}

template <class Terms>
void flatten_quantiles(const std::string& name, const Terms& terms, MetricValues& out) {
  std::vector<double> sorted;
  for (const auto& term : terms) sorted.push_back(term.value);
  std::sort(sorted.begin(), sorted.end());
  for (const int percent : {10, 50, 90}) {
    out[name + "/p" + std::to_string(percent)] = quantile_of(sorted, percent);
  }
}

template <class Terms>
void flatten_series(const std::string& name, Reduce rule, const Terms& terms, MetricValues& out) {
  const auto less = [](const auto& a, const auto& b) { return a.value < b.value; };
  switch (rule) {
    case Reduce::mean: {
      const double weight = weight_of(terms);
      if (weight != 0.0) out[name] = sum_of(terms) / weight;
      return;
    }
    case Reduce::sum:
      out[name] = sum_of(terms);
      return;
    case Reduce::max:
      out[name] = std::max_element(terms.begin(), terms.end(), less)->value;
      return;
    case Reduce::min:
      out[name] = std::min_element(terms.begin(), terms.end(), less)->value;
      return;
    case Reduce::last:
      out[name] = terms.back().value;
      return;
    case Reduce::quantile:
      flatten_quantiles(name, terms, out);
      return;
  }
}

}  // namespace

MetricSet::Series& MetricSet::series(const std::string& name, Reduce rule) {
  const auto [found, is_new] = series_.try_emplace(name, Series{rule, {}});
  KEDGE_CHECK(found->second.rule == rule, "[metrics] ", name, " has rule ",
              static_cast<int>(found->second.rule), ", now ", static_cast<int>(rule));
  return found->second;
}

void MetricSet::add(const std::string& name, double value, Reduce rule, double weight) {
  Series& target = series(name, rule);
  if (std::isfinite(value) && std::isfinite(weight)) {
    target.terms.push_back({value, weight});
  } else {
    ++non_finite_;
  }
}

void MetricSet::merge(const MetricSet& other) {
  for (const auto& [name, added] : other.series_) {
    std::vector<Term>& terms = series(name, added.rule).terms;
    terms.insert(terms.end(), added.terms.begin(), added.terms.end());
  }
  non_finite_ += other.non_finite_;
}

MetricValues MetricSet::flatten() const {
  MetricValues values;
  for (const auto& [name, series] : series_) {
    if (!series.terms.empty()) flatten_series(name, series.rule, series.terms, values);
  }
  if (non_finite_ > 0) values[kNonFinite] = static_cast<double>(non_finite_);
  return values;
}

json MetricSet::save() const {
  json all = json::object();
  for (const auto& [name, series] : series_) {
    json terms = json::array();
    for (const Term& term : series.terms) terms.push_back({term.value, term.weight});
    all[name] = {{"rule", static_cast<int>(series.rule)}, {"terms", std::move(terms)}};
  }
  return {{"series", std::move(all)}, {"non_finite", non_finite_}};
}

MetricSet MetricSet::load(const json& state) {
  MetricSet set;
  set.non_finite_ = required<uint64_t>(state, "non_finite", "metrics");
  const json all = required<json>(state, "series", "metrics");
  for (const auto& item : all.items()) {
    const std::string place = "metrics: " + item.key();
    const auto rule = required<uint8_t>(item.value(), "rule", place);
    if (rule > static_cast<uint8_t>(Reduce::quantile)) throw ConfigError(place, "no such rule");
    Series& series = set.series(item.key(), static_cast<Reduce>(rule));
    for (const auto& term :
         required<std::vector<std::vector<double>>>(item.value(), "terms", place)) {
      if (term.size() != 2) throw ConfigError(place, "a term that is no pair");
      series.terms.push_back({term[0], term[1]});
    }
  }
  return set;
}

std::unique_ptr<MetricSink> make_tee_sink(std::vector<std::unique_ptr<MetricSink>> sinks) {
  return std::make_unique<TeeSink>(std::move(sinks));
}

}  // namespace kedge
