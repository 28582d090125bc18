#include "cli/report/report_page.h"

#include <algorithm>
#include <cmath>

#include <cstdio>

#include "cli/report/svg_chart.h"
#include "core/config_node.h"

namespace kedge {
namespace {

constexpr const char* kStyle = R"css(
:root { color-scheme: light dark; --ink: #1d2330; --soft: #667; --line: #dde1e8; --paper: #fff;
  --s0: #1667c7; --s1: #d1610e; --s2: #2c8a4b; --s3: #8b4bb8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ee; --soft: #9aa3b2; --line: #333a46;
  --paper: #14171d; --s0: #66a9f2; --s1: #f2964f; --s2: #6fc98c; --s3: #c08ae6; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 1140px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem }
.summary { color: var(--soft) } code { font-family: ui-monospace, monospace }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 1rem }
svg { width: 100%; border: 1px solid var(--line); border-radius: 6px }
svg text { font-size: 11px; fill: var(--soft) } svg .title { font-size: 13px; fill: var(--ink);
  font-weight: 600 } svg .unit { font-weight: 400; fill: var(--soft) }
.grid { stroke: var(--line) } .line { fill: none; stroke-width: 1.8 }
.line.s0 { stroke: var(--s0) } .line.s1 { stroke: var(--s1) } .line.s2 { stroke: var(--s2) }
.line.s3 { stroke: var(--s3) } .dot.s0 { fill: var(--s0) } .dot.s1 { fill: var(--s1) }
.dot.s2 { fill: var(--s2) } .dot.s3 { fill: var(--s3) }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top;
  padding: .35rem .5rem; border-top: 1px solid var(--line) } td.number { text-align: right;
  font-variant-numeric: tabular-nums } pre { margin: 0; white-space: pre-wrap; overflow-wrap:
  anywhere; font: 12.5px/1.4 ui-monospace, monospace; max-height: 16rem; overflow-y: auto }
)css";

Chart chart_of(const RunData& run, const std::string& title, const std::string& unit,
               const std::vector<std::pair<std::string, std::string>>& metrics) {
  Chart chart{title, unit, {}};
  for (const auto& [name, label] : metrics) {
    if (!run.series(name).empty()) chart.lines.push_back({label, run.series(name)});
  }
  return chart;
}

std::vector<Chart> charts_of(const RunData& run) {
  const std::vector<Chart> all = {
      chart_of(run, "Accuracy on held-out prompts", "share right",
               {{"eval/pass@1", "pass@1"}, {"eval/pass@k", "pass@k"}}),
      chart_of(run, "Reward", "", {{"critic/rewards/mean", "training"},
                                   {"eval/rewards/mean", "held-out"}}),
      chart_of(run, "Response length", "tokens", {{"response_length/mean", "training"},
                                                  {"eval/response_length/mean", "held-out"}}),
      chart_of(run, "Loss", "", {{"sft/loss", "training"}, {"actor/pg_loss", "policy"}}),
      chart_of(run, "KL", "nats per token", {{"actor/kl_loss", "to the reference"},
                                             {"actor/ppo_kl", "of the update"}}),
      chart_of(run, "Entropy", "nats per token", {{"actor/entropy", "policy"}}),
      chart_of(run, "Gradient norm", "", {{"actor/grad_norm", "before clipping"}}),
      chart_of(run, "Time per step", "seconds", {{"timing_s/step", "step"},
                                                 {"timing_s/gen", "rollout"},
                                                 {"timing_s/update_actor", "update"}}),
      chart_of(run, "Throughput", "tokens per second", {{"perf/throughput", "all"}}),
  };
  std::vector<Chart> shown;
  std::copy_if(all.begin(), all.end(), std::back_inserter(shown),
               [](const Chart& chart) { return !chart.lines.empty(); });
  return shown;
}

std::string cell(const json& sample, const char* name) {
  const auto found = sample.find(name);
  if (found == sample.end() || found->is_null()) return "<td></td>";
  if (found->is_string()) {
    return "<td><pre>" + escape_html(found->get<std::string>()) + "</pre></td>";
  }
  return "<td class=\"number\">" + escape_html(found->dump()) + "</td>";
}

std::string sample_table(const RunData& run, size_t most) {
  std::string out =
      "<table><thead><tr><th>step</th><th>prompt</th><th>completion</th><th>answer</th>"
      "<th>reward</th></tr></thead><tbody>";
  // Spread over the whole run, newest first, so that one sees how answers changed.
  const size_t count = std::min(most, run.samples.size());
  for (size_t i = 0; i < count; ++i) {
    const json& sample = run.samples[run.samples.size() - 1 - i * run.samples.size() / count];
    out += "<tr>";
    for (const char* name : {"step", "prompt", "completion", "answer", "reward"}) {
      out += cell(sample, name);
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table>";
}

std::string summary(const RunData& run) {
  std::string out = "<p class=\"summary\">";
  const Series& pass = run.series("eval/pass@1");
  if (!pass.empty()) {
    char text[120];
    std::snprintf(text, sizeof text, "pass@1 %.3f at step %.0f, %.3f at step %.0f. ",
                  pass.front().value, pass.front().step, pass.back().value, pass.back().step);
    out += text;
  }
  out += run.run_hash.empty() ? "The run has not ended." : "run hash <code>" + run.run_hash + "</code>";
  return out + "</p>";
}

std::vector<std::string> bars(const Series& series, int width, int height, double low,
                              double high) {
  static const char* const kEighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<std::string> rows(static_cast<size_t>(height));
  for (int x = 0; x < width; ++x) {
    const size_t index = series.size() * static_cast<size_t>(x) / static_cast<size_t>(width);
    const double share = (series[index].value - low) / (high - low);
    const int filled = static_cast<int>(std::lround(share * height * 8));
    for (int y = 0; y < height; ++y) {
      const int here = std::clamp(filled - (height - 1 - y) * 8, 0, 8);
      rows[static_cast<size_t>(y)] += kEighths[here];
    }
  }
  return rows;
}

}  // namespace

std::string report_page(const RunData& run) {
  std::string out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";
  out += "<title>" + escape_html(run.name) + "</title><style>" + kStyle + "</style></head><body>";
  out += "<h1>" + escape_html(run.name) + "</h1>" + summary(run) + "<div class=\"charts\">\n";
  for (const Chart& chart : charts_of(run)) out += svg_chart(chart) + "\n";
  out += "</div>";
  if (!run.samples.empty()) out += "<h2>Samples</h2>" + sample_table(run, 24);
  if (!run.config.is_null()) {
    out += "<h2>Configuration</h2><details><summary>resolved</summary><pre>" +
           escape_html(to_yaml(run.config)) + "</pre></details>";
  }
  return out + "</body></html>\n";
}

std::string terminal_chart(const std::string& title, const Series& series, int width, int height) {
  if (series.empty()) return title + ": nothing recorded\n";
  const auto by_value = [](const Point& a, const Point& b) { return a.value < b.value; };
  const auto [low, high] = std::minmax_element(series.begin(), series.end(), by_value);
  // A little room below the lowest point keeps it visible.
  const double floor = low->value - std::max(1e-12, (high->value - low->value) * 0.1);
  char text[200];
  std::snprintf(text, sizeof text, "%s   %.4g -> %.4g (best %.4g)\n", title.c_str(),
                series.front().value, series.back().value, high->value);
  std::string out = text;
  const auto rows = bars(series, width, height, floor, high->value);
  for (size_t y = 0; y < rows.size(); ++y) {
    const bool edge = y == 0 || y + 1 == rows.size();
    std::snprintf(text, sizeof text, edge ? "%8.3g |" : "         |", y == 0 ? high->value : floor);
    out += text + rows[y] + "\n";
  }
  std::snprintf(text, sizeof text, "          step %.0f to %.0f\n", series.front().step,
                series.back().step);
  return out + text;
}

}  // namespace kedge
