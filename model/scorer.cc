#include "model/scorer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"

namespace kedge {

namespace {

// One wanted log-prob: token `id` after packed token `source`, at temperature `temperature`.
struct Wanted {
  int32_t source = 0;
  Token id = 0;
  size_t item = 0;
  size_t index = 0;  // into the item's result
};

// The items of one pass as a forest: contexts of the same group share their common prefixes (a
// radix tree, so a prompt, and any longer beginning that siblings have in common, is computed
// once).
class Forest {
 public:
  explicit Forest(std::span<const ScoreItem> items) : items_(items) {}

  // `members` are items of one group.
  void add_tree(const std::vector<size_t>& members) { add_level(members, 0, -1); }

  SegmentLayout layout;
  std::vector<Token> tokens;
  std::map<double, std::vector<Wanted>> wanted;  // by temperature: a head call each

 private:
  // The last token of a context is only predicted, never read.
  static size_t read_length(const ScoreItem& item) { return item.context.size() - 1; }

  void add_level(const std::vector<size_t>& members, size_t depth, int32_t parent) {
    std::vector<std::pair<Token, std::vector<size_t>>> branches;  // by first token, in item order
    for (const size_t m : members) {
      if (read_length(items_[m]) == depth) continue;
      const Token next = items_[m].context[depth];
      auto at = std::find_if(branches.begin(), branches.end(),
                             [&](const auto& branch) { return branch.first == next; });
      if (at == branches.end()) at = branches.insert(at, {next, {}});
      at->second.push_back(m);
    }
    for (const auto& [token, branch] : branches) add_segment(branch, depth, parent);
  }

  void add_segment(const std::vector<size_t>& members, size_t begin, int32_t parent) {
    const std::vector<Token>& first = items_[members.front()].context;
    size_t end = read_length(items_[members.front()]);
    for (const size_t m : members) {
      const std::vector<Token>& other = items_[m].context;
      const size_t limit = std::min(end, read_length(items_[m]));
      end = begin;
      while (end < limit && other[end] == first[end]) ++end;
    }
    const int32_t segment = layout.add(static_cast<int32_t>(end - begin), parent);
    const auto packed = static_cast<int32_t>(tokens.size());
    tokens.insert(tokens.end(), first.begin() + begin, first.begin() + end);
    for (const size_t m : members) want(m, begin, end, packed);
    add_level(members, end, segment);
  }

  void want(size_t m, size_t begin, size_t end, int32_t packed) {
    const ScoreItem& item = items_[m];
    const auto scored = static_cast<size_t>(item.first_scored);
    for (size_t i = std::max(begin + 1, scored); i <= end; ++i) {
      const auto source = static_cast<int32_t>(packed + (i - 1 - begin));
      wanted[item.temperature].push_back({source, item.context[i], m, i - scored});
    }
  }

  std::span<const ScoreItem> items_;
};

size_t common_prefix(const std::vector<Token>& a, const std::vector<Token>& b) {
  const auto [at, unused] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<size_t>(at - a.begin());
}

void check_item(const ScoreItem& item, size_t index, int64_t vocab) {
  const auto length = static_cast<int64_t>(item.context.size());
  const auto name = [&] {
    return detail::concat("item ", index, " (prompt ", item.group.prompt, ", row ", item.row, ")");
  };
  KEDGE_CHECK(item.first_scored >= 1 && item.first_scored <= length, name(), ": first_scored is ",
              item.first_scored, ", the context has ", length, " tokens");
  KEDGE_CHECK(item.temperature > 0.0, name(), ": temperature ", item.temperature);
  for (size_t i = 0; i < item.context.size(); ++i) {
    KEDGE_CHECK(item.context[i] >= 0 && item.context[i] < vocab, name(), ": token ", i, " is ",
                item.context[i], ", the vocabulary has ", vocab);
  }
}

bool wants_entropy(const ScoreItem& item) {
  return std::find(item.columns.begin(), item.columns.end(), "entropy") != item.columns.end();
}

// The next items whose packed tokens stay below the limit, at least one. Neighbours in the group's
// order are compared, so the count is what the forest will hold or a little more.
std::vector<size_t> next_chunk(std::span<const ScoreItem> items, std::span<const size_t> order,
                               int64_t tokens_per_pass) {
  std::vector<size_t> chunk;
  int64_t tokens = 0;
  for (const size_t m : order) {
    size_t shared = 0;
    if (!chunk.empty() && items[chunk.back()].group == items[m].group) {
      shared = common_prefix(items[chunk.back()].context, items[m].context);
    }
    tokens += static_cast<int64_t>(items[m].context.size() - shared);
    if (!chunk.empty() && tokens > tokens_per_pass) break;
    chunk.push_back(m);
  }
  return chunk;
}

// Items with something to score, those of a group next to each other, groups by first appearance.
std::vector<size_t> group_order(std::span<const ScoreItem> items) {
  std::map<GroupKey, size_t> first;
  std::vector<size_t> order;
  for (size_t i = 0; i < items.size(); ++i) {
    first.emplace(items[i].group, i);
    if (items[i].first_scored < static_cast<int64_t>(items[i].context.size())) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return first.at(items[a].group) < first.at(items[b].group);
  });
  return order;
}

Forest make_forest(std::span<const ScoreItem> items, const std::vector<size_t>& chunk) {
  Forest forest(items);
  for (size_t begin = 0; begin < chunk.size();) {
    size_t end = begin + 1;
    while (end < chunk.size() && items[chunk[end]].group == items[chunk[begin]].group) ++end;
    forest.add_tree({chunk.begin() + begin, chunk.begin() + end});
    begin = end;
  }
  return forest;
}

}  // namespace

Scorer::Scorer(Context& context, const Transformer& transformer, int64_t tokens_per_pass)
    : context_(context),
      transformer_(transformer),
      tokens_per_pass_(tokens_per_pass),
      activations_(transformer.config(), Recompute::blocks) {
  KEDGE_CHECK(tokens_per_pass > 0, "tokens_per_pass is ", tokens_per_pass);
}

std::vector<ScoredTokens> Scorer::score(const Parameters& parameters,
                                        std::span<const ScoreItem> items) {
  std::vector<ScoredTokens> results(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    check_item(items[i], i, transformer_.config().vocab);
    const size_t count = items[i].context.size() - items[i].first_scored;
    results[i].logprob.resize(count);
    if (wants_entropy(items[i])) results[i].entropy.resize(count);
  }
  const std::vector<size_t> order = group_order(items);
  for (size_t done = 0; done < order.size();) {
    const std::vector<size_t> chunk =
        next_chunk(items, std::span(order).subspan(done), tokens_per_pass_);
    score_chunk(parameters, items, chunk, results);
    done += chunk.size();
  }
  return results;
}

void Scorer::score_chunk(const Parameters& parameters, std::span<const ScoreItem> items,
                         const std::vector<size_t>& chunk, std::vector<ScoredTokens>& results) {
  Forest forest = make_forest(items, chunk);
  transformer_.forward(context_, parameters, forest.tokens, forest.layout, activations_);
  for (auto& [temperature, wanted] : forest.wanted) {
    std::stable_sort(wanted.begin(), wanted.end(),
                     [](const Wanted& a, const Wanted& b) { return a.source < b.source; });
    std::vector<int32_t> source;
    std::vector<Token> id;
    bool entropies = false;
    for (const Wanted& want : wanted) {
      source.push_back(want.source);
      id.push_back(want.id);
      entropies = entropies || !results[want.item].entropy.empty();
    }
    std::vector<float> logprob(wanted.size()), lse(wanted.size());
    std::vector<float> entropy(entropies ? wanted.size() : 0);
    transformer_.ops().head->forward(context_, activations_.hidden(), parameters.head().weight,
                                     {source, id}, static_cast<float>(temperature), logprob, lse,
                                     entropy);
    for (size_t m = 0; m < wanted.size(); ++m) {
      ScoredTokens& result = results[wanted[m].item];
      result.logprob[wanted[m].index] = logprob[m];
      if (!result.entropy.empty()) result.entropy[wanted[m].index] = entropy[m];
    }
  }
}

}  // namespace kedge
