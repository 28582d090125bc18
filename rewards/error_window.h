// Counts the troubles of one reward over its last trajectories.
#pragma once
#include <cstdint>
#include <deque>

#include "core/stateful.h"

namespace kedge {

// The share is taken of the whole window even while it fills, so that one early error among few
// verdicts stops nothing; with a largest share of 0 the first one does.
class ErrorWindow : public Stateful {
 public:
  ErrorWindow(int64_t size, double max_share);

  // Counts one more verdict in its place; true when the share is now too large.
  bool add(bool trouble);
  int64_t num_troubles() const { return static_cast<int64_t>(troubles_.size()); }

  json save() const override;
  void load(const json& state) override;

 private:
  const int64_t size_;
  const double max_share_;
  int64_t num_seen_ = 0;
  std::deque<int64_t> troubles_;  // positions within the window, ascending
};

}  // namespace kedge
