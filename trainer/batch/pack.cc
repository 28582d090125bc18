#include "trainer/batch/pack.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"

namespace kedge {
namespace {

// What is needed of one row of a group.
struct NeededRow {
  int32_t tokens = 0;      // its own tokens [0, tokens) are packed
  std::set<int32_t> cuts;  // own lengths at which something forks: segment borders
};

// One piece of a row once it is packed.
struct PackedPiece {
  int32_t begin = 0;  // own tokens of the row [begin, end)
  int32_t end = 0;
  int32_t segment = 0;
};

// A prediction: token `offset` of `row`, made from packed token `source`.
struct Prediction {
  int32_t source = 0;
  int32_t row = 0;
  int32_t offset = 0;
  auto operator<=>(const Prediction&) const = default;
};

// The row and own length where a row's context really ends before the row begins: forks that
// inherit nothing of the parent's own tokens belong to an ancestor. Row -1: the context is empty.
std::pair<int32_t, int32_t> fork_place(const Group& group, int32_t row) {
  const int32_t fork = group.rows[row].fork;
  int32_t owner = group.rows[row].parent;
  while (owner >= 0 && fork <= group.rows[owner].fork) owner = group.rows[owner].parent;
  if (owner < 0) return {-1, 0};
  return {owner, fork - group.rows[owner].fork};
}

class GroupPacker {
 public:
  explicit GroupPacker(const GroupPaths& group) : in_(group), group_(*group.group) {
    for (const PackedPath& path : in_.paths) need_path(path);
  }

  int64_t num_tokens() const {
    int64_t total = 0;
    for (const auto& [row, needed] : needed_) total += needed.tokens;
    return total;
  }

  void append_to(PackedBatch& batch) {
    for (auto& [row, needed] : needed_) pack_row(row, needed, batch);
    append_targets(batch);
  }

 private:
  const std::vector<TokenPlace>& places_of(const PackedPath& path) {
    auto [at, added] = places_.try_emplace(path.trajectory);
    if (added) at->second = response_places(group_, group_.trajectories.at(path.trajectory));
    KEDGE_CHECK(at->second.size() == path.trained.size(), "group ", path.group, " trajectory ",
                path.trajectory, " has ", at->second.size(), " response tokens, its path ",
                path.trained.size());
    return at->second;
  }

  void need_path(const PackedPath& path) {
    const auto& places = places_of(path);
    for (size_t i = 0; i < places.size(); ++i) {
      if (path.trained[i]) need_source(places[i]);
    }
  }

  // A token is predicted from the one before it: its row up to there, and all ancestors, are
  // needed.
  void need_source(const TokenPlace& place) {
    const int64_t position = group_.rows[place.row].fork + place.offset;
    KEDGE_CHECK(position > 0, "row ", place.row,
                " begins with a trained token but has no token before it");
    need_tokens(place.row, place.offset);
    mark(place);
  }

  void mark(const TokenPlace& place) {
    std::vector<int32_t>& target = target_[place.row];
    if (target.empty()) target.assign(group_.rows[place.row].tokens.size(), -1);
    target[place.offset] = 0;
  }

  void need_tokens(int32_t row, int32_t tokens) {
    if (row < 0) return;
    const auto [at, first_time] = needed_.try_emplace(row);
    at->second.tokens = std::max(at->second.tokens, tokens);
    if (!first_time) return;
    const auto [owner, length] = fork_place(group_, row);
    if (owner < 0) return;
    need_tokens(owner, length);
    needed_[owner].cuts.insert(length);
  }

  void pack_row(int32_t row, NeededRow& needed, PackedBatch& batch) {
    int32_t parent = -1;
    if (const auto [owner, length] = fork_place(group_, row); owner >= 0) {
      parent = piece_ending_at(owner, length).segment;
    }
    needed.cuts.insert(needed.tokens);
    int32_t begin = 0;
    const std::vector<Token>& tokens = group_.rows[row].tokens;
    for (const int32_t end : needed.cuts) {
      if (end == begin) continue;
      const int32_t segment = batch.layout.add(end - begin, parent);
      batch.tokens.insert(batch.tokens.end(), tokens.begin() + begin, tokens.begin() + end);
      pieces_[row].push_back({begin, end, segment});
      parent = segment;
      begin = end;
    }
  }

  const PackedPiece& piece_ending_at(int32_t row, int32_t length) const {
    for (const PackedPiece& piece : pieces_.at(row)) {
      if (piece.end == length) return piece;
    }
    KEDGE_CHECK(false, "row ", row, " has no packed piece that ends at ", length);
    return pieces_.at(row).front();
  }

  // Packed index of the token before `offset` of `row`.
  int32_t source_of(int32_t row, int32_t offset, const PackedBatch& batch) const {
    if (offset == 0) {
      const auto [owner, length] = fork_place(group_, row);
      return batch.layout.segments[piece_ending_at(owner, length).segment].end - 1;
    }
    for (const PackedPiece& piece : pieces_.at(row)) {
      if (piece.begin < offset && offset <= piece.end) {
        return batch.layout.segments[piece.segment].begin + offset - 1 - piece.begin;
      }
    }
    KEDGE_CHECK(false, "row ", row, " token ", offset, " has no packed source");
    return -1;
  }

  // Targets ascend by source; a fork's targets stand next to each other, in row order.
  void append_targets(PackedBatch& batch) {
    std::vector<Prediction> sorted;
    for (const auto& [row, target] : target_) {
      for (size_t i = 0; i < target.size(); ++i) {
        const auto offset = static_cast<int32_t>(i);
        if (target[i] >= 0) sorted.push_back({source_of(row, offset, batch), row, offset});
      }
    }
    std::sort(sorted.begin(), sorted.end());
    for (const Prediction& p : sorted) {
      target_[p.row][p.offset] = static_cast<int32_t>(batch.source.size());
      batch.source.push_back(p.source);
      batch.target_id.push_back(group_.rows[p.row].tokens[p.offset]);
    }
    for (PackedPath path : in_.paths) {
      const auto& places = places_of(path);
      path.target.assign(places.size(), -1);
      for (size_t i = 0; i < places.size(); ++i) {
        if (path.trained[i]) path.target[i] = target_[places[i].row][places[i].offset];
      }
      batch.paths.push_back(std::move(path));
    }
  }

  const GroupPaths& in_;
  const Group& group_;
  std::map<int32_t, std::vector<TokenPlace>> places_;   // by trajectory
  std::map<int32_t, NeededRow> needed_;                 // by row: parents before children
  std::map<int32_t, std::vector<PackedPiece>> pieces_;  // by row
  // By row, per token: -1, or its index among the batch's targets (0 until append_targets).
  std::map<int32_t, std::vector<int32_t>> target_;
};

// Runs of trajectories of an oversized group that fit the target (at least one each).
std::vector<GroupPaths> split_at_trajectories(GroupPaths group, int64_t limit) {
  std::vector<GroupPaths> parts;
  GroupPaths part{group.group, {}};
  for (PackedPath& path : group.paths) {
    part.paths.push_back(std::move(path));
    if (part.paths.size() > 1 && packed_tokens(part) > limit) {
      PackedPath last = std::move(part.paths.back());
      part.paths.pop_back();
      parts.push_back(std::move(part));
      part = GroupPaths{group.group, {}};
      part.paths.push_back(std::move(last));
    }
  }
  if (!part.paths.empty()) parts.push_back(std::move(part));
  return parts;
}

std::vector<GroupPaths> split_oversized(std::vector<GroupPaths> groups, int64_t limit) {
  std::vector<GroupPaths> out;
  for (GroupPaths& group : groups) {
    if (packed_tokens(group) <= limit) {
      out.push_back(std::move(group));
      continue;
    }
    auto parts = split_at_trajectories(std::move(group), limit);
    std::move(parts.begin(), parts.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace

void pack_group(const GroupPaths& group, PackedBatch& batch) {
  GroupPacker(group).append_to(batch);
}

int64_t packed_tokens(const GroupPaths& group) {
  return GroupPacker(group).num_tokens();
}

std::vector<PackedBatch> pack(std::vector<GroupPaths> groups, const PackOptions& options) {
  if (options.split_groups) {
    groups = split_oversized(std::move(groups), options.tokens_per_microbatch);
  }
  std::vector<PackedBatch> batches;
  for (const GroupPaths& group : groups) {
    GroupPacker packer(group);
    const int64_t tokens = packer.num_tokens();
    const bool fits =
        !batches.empty() && static_cast<int64_t>(batches.back().tokens.size()) + tokens <=
                                options.tokens_per_microbatch;
    if (!fits) {
      batches.emplace_back();
      batches.back().temperature = options.temperature;
    }
    packer.append_to(batches.back());
  }
  return batches;
}

}  // namespace kedge
