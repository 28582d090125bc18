#include "model/layout.h"

#include "core/error.h"

namespace kedge {

std::vector<int32_t> SegmentLayout::lineage(int32_t segment) const {
  int32_t depth = 0;
  for (int32_t at = segment; at >= 0; at = segments[at].parent) ++depth;
  std::vector<int32_t> path(depth);
  for (int32_t at = segment; at >= 0; at = segments[at].parent) path[--depth] = at;
  return path;
}

int32_t SegmentLayout::add(int32_t num_tokens, int32_t parent) {
  const auto index = static_cast<int32_t>(segments.size());
  KEDGE_CHECK(num_tokens > 0, "segment ", index, " has ", num_tokens, " tokens");
  KEDGE_CHECK(parent < index, "segment ", index, " has parent ", parent);
  SegmentSpan span;
  span.begin = this->num_tokens();
  span.end = span.begin + num_tokens;
  span.parent = parent;
  if (parent >= 0) {
    const SegmentSpan& above = segments[parent];
    span.first_position = above.first_position + above.end - above.begin;
  }
  if (parent < 0) {
    if (tree_begin.empty()) tree_begin.push_back(0);
  } else {
    tree_begin.pop_back();  // the last tree goes on: its end moves
  }
  segments.push_back(span);
  tree_begin.push_back(index + 1);
  return index;
}

namespace {

void check_segment(const SegmentLayout& layout, int32_t index, int32_t tree_first) {
  const SegmentSpan& span = layout.segments[index];
  const int32_t begin = index == 0 ? 0 : layout.segments[index - 1].end;
  KEDGE_CHECK(span.begin == begin, "segment ", index, " begins at ", span.begin,
              ", the one before ends at ", begin);
  KEDGE_CHECK(span.end > span.begin, "segment ", index, " is [", span.begin, ", ", span.end, ")");
  if (index == tree_first) {
    KEDGE_CHECK(span.parent == -1, "tree begins with segment ", index, " of parent ", span.parent);
    KEDGE_CHECK(span.first_position == 0, "root ", index, " at position ", span.first_position);
    return;
  }
  KEDGE_CHECK(span.parent >= tree_first && span.parent < index, "segment ", index,
              " of the tree that begins with ", tree_first, " has parent ", span.parent);
  const SegmentSpan& above = layout.segments[span.parent];
  const int32_t expected = above.first_position + above.end - above.begin;
  KEDGE_CHECK(span.first_position == expected, "segment ", index, " at position ",
              span.first_position, ", its parent ends at ", expected);
}

}  // namespace

void validate(const SegmentLayout& layout) {
  const auto& trees = layout.tree_begin;
  const auto count = static_cast<int32_t>(layout.segments.size());
  if (count == 0) {
    KEDGE_CHECK(trees.size() <= 1, "no segments, but ", trees.size(), " tree borders");
    return;
  }
  KEDGE_CHECK(trees.size() >= 2 && trees.front() == 0 && trees.back() == count, trees.size(),
              " tree borders, ", count, " segments");
  for (size_t tree = 0; tree + 1 < trees.size(); ++tree) {
    KEDGE_CHECK(trees[tree] < trees[tree + 1], "tree ", tree, " is [", trees[tree], ", ",
                trees[tree + 1], ")");
    for (int32_t s = trees[tree]; s < trees[tree + 1]; ++s) check_segment(layout, s, trees[tree]);
  }
}

std::vector<int32_t> positions_of(const SegmentLayout& layout) {
  std::vector<int32_t> positions;
  positions.reserve(layout.num_tokens());
  for (const SegmentSpan& span : layout.segments) {
    for (int32_t i = 0; i < span.end - span.begin; ++i) {
      positions.push_back(span.first_position + i);
    }
  }
  return positions;
}

}  // namespace kedge
