#include "core/error.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kedge {

namespace {

std::string config_text(const std::string& place, const std::string& found,
                        const std::string& valid) {
  std::string text = place;
  for (const std::string* part : {&found, &valid}) {
    if (part->empty()) continue;
    if (!text.empty()) text += part == &found ? ": " : "; ";
    text += *part;
  }
  return text;
}

// Levenshtein distance where exchanging two neighbours costs one as well: the commonest typo.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

ConfigError::ConfigError(std::string place, std::string found, std::string valid)
    : Error(config_text(place, found, valid)), place_(std::move(place)) {}

std::string nearest_name(std::string_view name, const std::vector<std::string>& names) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : names) {
    const size_t distance = edit_distance(name, candidate);
    // A distance as long as the word itself shares nothing with it.
    if (distance < best_distance && distance < std::max(name.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string valid_names(std::string_view name, const std::vector<std::string>& names) {
  std::string text;
  const std::string nearest = nearest_name(name, names);
  if (!nearest.empty()) text = "did you mean '" + nearest + "'? ";
  text += "valid: ";
  if (names.empty()) return text + "nothing";
  for (size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text;
}

namespace detail {

void check_failed(const char* file, int line, const char* expression, const std::string& details) {
  // The path from the root of the tree is enough to find the place, and is the same everywhere.
  std::string_view path = file;
  for (const char* folder :
       {"/tests/", "/core/", "/comm/", "/model/", "/rewards/", "/rollout/", "/trainer/", "/cli/"}) {
    const size_t at = path.rfind(folder);
    if (at != std::string_view::npos) {
      path.remove_prefix(at + 1);
      break;
    }
  }
  throw InvariantError(concat("[", path, ":", line, "] ", expression, " does not hold",
                              details.empty() ? "" : ": ", details));
}

}  // namespace detail

}  // namespace kedge
