// How tokens of one forward pass relate to each other. Two shapes, one transformer:
//   SegmentLayout  a packed forest of segments (training, scoring): every token stored once;
//   PagedLayout    rows over paged KV (prefill, decode).
//
// Legend: T tokens of the batch in packed order, S segments, R rows.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/records.h"

namespace kedge {

// Tokens [begin, end) of the packed batch. They continue their parent: the context of a token is all
// tokens of all ancestors and those of its own segment up to itself. A fork inside a row is a border
// between two segments, so children always continue the parent's end.
struct SegmentSpan {
  int32_t begin = 0;
  int32_t end = 0;
  int32_t parent = -1;         // index of the parent segment, smaller than this one's; -1 = root
  int32_t first_position = 0;  // position of token `begin`: the length of the ancestors' context
};

// Segments tile [0, T) in order; parents come before children; a tree's segments are contiguous.
// Example: a prompt of 3 tokens and two answers of 2 tokens, T = 7:
// {0,3,-1,0} {3,5,0,3} {5,7,0,3}.
struct SegmentLayout {
  std::vector<SegmentSpan> segments;
  std::vector<int32_t> tree_begin;  // index of each tree's first segment, then num segments

  int32_t num_tokens() const { return segments.empty() ? 0 : segments.back().end; }
  int32_t num_trees() const { return static_cast<int32_t>(tree_begin.size()) - 1; }
  // Indices of the segment's ancestors and itself, root first.
  std::vector<int32_t> lineage(int32_t segment) const;
  // Appends a segment and keeps tree_begin; returns its index.
  int32_t add(int32_t num_tokens, int32_t parent);
};

// Checks the promises above (InvariantError).
void validate(const SegmentLayout& layout);

// Positions of all T tokens.
std::vector<int32_t> positions_of(const SegmentLayout& layout);

constexpr int kKvBlock = 16;  // tokens per KV block

// Tokens [begin, end) of this pass are the next tokens of one row, at first_position, ...; the KV of
// position p lives in block blocks[p / 16], slot p % 16. All blocks up to the last new token are there.
struct PagedRow {
  int32_t begin = 0;
  int32_t end = 0;
  int32_t first_position = 0;
  std::span<const int32_t> blocks;
};

struct PagedLayout {
  std::vector<PagedRow> rows;
  int32_t num_tokens() const { return rows.empty() ? 0 : rows.back().end; }
};

}  // namespace kedge
