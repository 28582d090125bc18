#include "rewards/error_window.h"

#include "core/json.h"

namespace kedge {

ErrorWindow::ErrorWindow(int64_t size, double max_share) : size_(size), max_share_(max_share) {}

bool ErrorWindow::add(bool trouble) {
  if (trouble) {
    troubles_.push_back(num_seen_);
  }
  ++num_seen_;
  while (!troubles_.empty() && troubles_.front() < num_seen_ - size_) {
    troubles_.pop_front();
  }
  return trouble &&
         static_cast<double>(num_troubles()) > max_share_ * static_cast<double>(size_);
}

json ErrorWindow::save() const {
  return {{"num_seen", num_seen_},
          {"troubles", std::vector<int64_t>(troubles_.begin(), troubles_.end())}};
}

void ErrorWindow::load(const json& state) {
  num_seen_ = required<int64_t>(state, "num_seen", "error window");
  const auto troubles = required<std::vector<int64_t>>(state, "troubles", "error window");
  troubles_.assign(troubles.begin(), troubles.end());
}

}  // namespace kedge
