#include "core/wire.h"

#include "core/error.h"
#include "core/hash.h"
#include "core/wire_codec.h"

namespace kedge {

// ---- the fields of every record, in wire order ----
// These stand outside the anonymous namespace because the codec finds them by argument-dependent
// lookup.

template <class V>
void fields(V& v, WeightId& x) {
  v(x.set, x.version);
}
template <class V>
void fields(V& v, WeightSpan& x) {
  v(x.begin, x.end, x.weights);
}
template <class V>
void fields(V& v, Message& x) {
  v(x.role, x.content);
}
template <class V>
void fields(V& v, Prompt& x) {
  v(x.ordinal, x.id, x.messages, x.text, x.tokens, x.answer, x.columns);
}
template <class V>
void fields(V& v, Sampling& x) {
  v(x.max_new_tokens, x.temperature, x.top_k, x.top_p, x.min_p, x.greedy, x.stop_ids,
    x.stop_strings);
}
template <class V>
void fields(V& v, GroupKey& x) {
  v(x.purpose, x.prompt, x.visit);
}
template <class V>
void fields(V& v, SampleItem& x) {
  v(x.group, x.parent, x.fork, x.context, x.append, x.append_kinds, x.first_stream, x.num_samples,
    x.sampling, x.weights, x.oldest_version, x.keep_kv);
}
template <class V>
void fields(V& v, ScoreItem& x) {
  v(x.group, x.row, x.context, x.first_scored, x.temperature, x.weights, x.columns);
}
template <class V>
void fields(V& v, RolloutOrder& x) {
  v(x.id, x.samples, x.scores);
}
template <class V>
void fields(V& v, Row& x) {
  v(x.parent, x.fork, x.tokens, x.kinds, x.policy_logprob, x.sampler_logprob, x.source, x.spans,
    x.stop, x.stream);
}
template <class V>
void fields(V& v, Trajectory& x) {
  v(x.rows, x.role);
}
template <class V>
void fields(V& v, Group& x) {
  v(x.key, x.prompt, x.rows, x.trajectories);
}
template <class V>
void fields(V& v, FinishedRow& x) {
  v(x.order, x.group, x.row);
}
template <class V>
void fields(V& v, Verdict& x) {
  v(x.kind, x.score, x.note);
}
template <class V>
void fields(V& v, TrajectoryScore& x) {
  v(x.components, x.total, x.metric);
}
template <class V>
void fields(V& v, AnchorRecord& x) {
  v(x.weights, x.rewards, x.metrics, x.lengths, x.counts, x.greedy_reward);
}
template <class V>
void fields(V& v, ScoredGroup& x) {
  v(x.group, x.scores, x.anchor);
}
template <class V>
void fields(V& v, SignalColumn& x) {
  v(x.name, x.weights, x.values);
}
template <class V>
void fields(V& v, SignalTable& x) {
  v(x.columns);
}
template <class V>
void fields(V& v, TensorDigest& x) {
  v(x.name, x.shape, x.hash);
}
template <class V>
void fields(V& v, WeightManifest& x) {
  v(x.id, x.tensors, x.canary, x.canary_logprobs);
}

namespace {

constexpr std::string_view kMagic = "KDGW";
constexpr uint16_t kVersion = 1;

// Stored in files: append only.
template <class T>
constexpr uint16_t kType = 0;
template <>
constexpr uint16_t kType<json> = 1;
template <>
constexpr uint16_t kType<RolloutOrder> = 2;
template <>
constexpr uint16_t kType<FinishedRow> = 3;
template <>
constexpr uint16_t kType<std::vector<FinishedRow>> = 4;
template <>
constexpr uint16_t kType<Group> = 5;
template <>
constexpr uint16_t kType<std::vector<Group>> = 6;
template <>
constexpr uint16_t kType<std::vector<ScoredGroup>> = 7;
template <>
constexpr uint16_t kType<SignalTable> = 8;
template <>
constexpr uint16_t kType<WeightManifest> = 9;

template <class A, class B>
void expect(const A& found, const B& wanted, const char* what) {
  if (found == wanted) return;
  throw InvariantError(detail::concat("[wire] ", what, " ", found, ", expected ", wanted));
}

template <class T>
void validate_decoded(const T&) {}
void validate_decoded(const Group& group) {
  validate(group);
}
void validate_decoded(const std::vector<Group>& groups) {
  for (const Group& group : groups) validate(group);
}
void validate_decoded(const std::vector<ScoredGroup>& groups) {
  for (const ScoredGroup& scored : groups) {
    validate(scored.group);
    expect(scored.scores.size(), scored.group.trajectories.size(), "number of scores");
  }
}

}  // namespace

template <class T>
std::string encode(const T& value) {
  ByteWriter payload;
  wire::Encoder encoder(payload);
  encoder(const_cast<T&>(value));  // the encoder only reads
  ByteWriter out;
  out.raw(kMagic);
  out.put(kVersion);
  out.put(kType<T>);
  out.put(static_cast<uint64_t>(payload.bytes().size()));
  out.put(hash_bytes(payload.bytes()));
  out.raw(payload.bytes());
  return out.take();
}

template <class T>
T decode(std::string_view bytes) {
  ByteReader in(bytes);
  expect(in.raw(kMagic.size()), kMagic, "magic");
  expect(in.get<uint16_t>(), kVersion, "version");
  expect(in.get<uint16_t>(), kType<T>, "type");
  const auto size = in.get<uint64_t>();
  const auto hash = in.get<uint64_t>();
  expect(in.remaining(), size, "payload size");
  const std::string_view payload = in.raw(size);
  expect(hash_bytes(payload), hash, "hash of the payload");
  ByteReader reader(payload);
  wire::Decoder decoder(reader);
  T value;
  decoder(value);
  reader.finish();
  validate_decoded(value);
  return value;
}

#define KEDGE_WIRE_TYPE(...)                                    \
  template std::string encode<__VA_ARGS__>(const __VA_ARGS__&); \
  template __VA_ARGS__ decode<__VA_ARGS__>(std::string_view);
KEDGE_WIRE_TYPE(json)
KEDGE_WIRE_TYPE(RolloutOrder)
KEDGE_WIRE_TYPE(FinishedRow)
KEDGE_WIRE_TYPE(std::vector<FinishedRow>)
KEDGE_WIRE_TYPE(Group)
KEDGE_WIRE_TYPE(std::vector<Group>)
KEDGE_WIRE_TYPE(std::vector<ScoredGroup>)
KEDGE_WIRE_TYPE(SignalTable)
KEDGE_WIRE_TYPE(WeightManifest)
#undef KEDGE_WIRE_TYPE

}  // namespace kedge
