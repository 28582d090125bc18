#include "core/console_sink.h"

#include "core/text.h"

namespace kedge {

namespace {

// Back to the first column and clear the line.
constexpr const char* kEraseLine = "\r\x1b[K";

class ConsoleSink : public MetricSink {
 public:
  ConsoleSink(ConsoleOptions options, const Clock& clock,
              std::function<void(std::string_view)> print)
      : options_(std::move(options)),
        clock_(clock),
        print_(std::move(print)),
        start_(clock.now()) {}

  ~ConsoleSink() override { end_live_line(); }

  void write(int64_t step, const MetricValues& values) override {
    const std::string milestone = milestone_text(values);
    if (!milestone.empty()) print_lasting(step_text(step) + milestone);
    const std::string shown = shown_text(values);
    if (shown.empty()) return;
    const std::string line = step_text(step) + shown + time_left(step);
    if (options_.terminal) {
      print_(kEraseLine + shortened(line));
      live_ = true;
    } else {
      print_(line + "\n");
    }
  }

  void flush() override { end_live_line(); }

 private:
  std::string step_text(int64_t step) const {
    std::string text = options_.unit + " " + std::to_string(step);
    if (options_.total_steps > 0) text += "/" + std::to_string(options_.total_steps);
    return text;
  }

  std::string shown_text(const MetricValues& values) const {
    std::string text;
    for (const ConsoleOptions::Shown& shown : options_.shown) {
      const auto found = values.find(shown.metric);
      if (found == values.end()) continue;
      text += shown.rate ? "  " + human_number(found->second) + " " + shown.label
                         : "  " + shown.label + " " + short_number(found->second);
    }
    return text;
  }

  std::string milestone_text(const MetricValues& values) const {
    std::string text;
    if (options_.milestone.empty()) return text;
    for (auto at = values.lower_bound(options_.milestone);
         at != values.end() && at->first.starts_with(options_.milestone); ++at) {
      text += "  " + at->first + " " + short_number(at->second);
    }
    return text;
  }

  std::string time_left(int64_t step) const {
    const int64_t done = step - options_.first_step;
    const int64_t open = options_.total_steps - step;
    if (done <= 0 || open <= 0) return "";
    const double seconds = (clock_.now() - start_) / static_cast<double>(done);
    return "  " + human_duration(seconds * static_cast<double>(open)) + " left";
  }

  std::string shortened(const std::string& line) const {
    const auto width = static_cast<size_t>(options_.width > 1 ? options_.width - 1 : 1);
    return line.substr(0, width);
  }

  void print_lasting(const std::string& line) {
    print_((live_ ? kEraseLine : "") + line + "\n");
    live_ = false;
  }

  void end_live_line() {
    if (live_) print_("\n");
    live_ = false;
  }

  ConsoleOptions options_;
  const Clock& clock_;
  std::function<void(std::string_view)> print_;
  double start_;
  bool live_ = false;  // the cursor stands at the end of a line that may be drawn over
};

}  // namespace

std::unique_ptr<MetricSink> make_console_sink(ConsoleOptions options, const Clock& clock,
                                              std::function<void(std::string_view)> print) {
  return std::make_unique<ConsoleSink>(std::move(options), clock, std::move(print));
}

}  // namespace kedge
