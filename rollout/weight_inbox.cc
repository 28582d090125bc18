#include "rollout/weight_inbox.h"

#include "comm/messages.h"
#include "core/error.h"
#include "core/mutex.h"
#include "core/wire.h"

namespace kedge {

namespace {

constexpr int64_t kCanaryPass = 256;  // tokens of a scoring pass; a canary is shorter

int milliseconds_left(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return left.count() > 0 ? static_cast<int>(std::min<int64_t>(left.count(), 1 << 30)) : 0;
}

void await_adopted(Communicator& communicator, int receiver, WeightId id, double timeout_s) {
  const auto wait = std::chrono::milliseconds(milliseconds_left(deadline_in(timeout_s)));
  const auto answer = receive_message(communicator, receiver, MessageKind::adopted, wait);
  if (!answer) {
    throw TemporaryError(detail::concat("[weights] rank ", receiver, " has not adopted ",
                                        name_of(id.set), " version ", id.version, " within ",
                                        timeout_s, " s"));
  }
  const json body = decode<json>(as_text(answer->payload));
  const auto version = body.at("version").get<uint64_t>();
  KEDGE_CHECK(version == id.version && body.at("set") == name_of(id.set), "[weights] rank ",
              receiver, " adopted ", body.dump(), ", sent was ", name_of(id.set), " version ",
              id.version);
}

}  // namespace

void publish_weights(Communicator& communicator, const Parameters& weights,
                     const WeightManifest& manifest, std::span<const int> receivers,
                     double timeout_s) {
  const std::string announcement = encode(manifest);
  for (const int receiver : receivers) {
    send_message(communicator, receiver, MessageKind::publish, as_payload(announcement));
  }
  communicator.broadcast(weights.flat(), communicator.rank());
  for (const int receiver : receivers) {
    await_adopted(communicator, receiver, manifest.id, timeout_s);
  }
}

WeightInbox::WeightInbox(Communicator& communicator, Context& context,
                         const Transformer& transformer, const CanaryRule& rule)
    : communicator_(communicator),
      context_(context),
      transformer_(transformer),
      rule_(rule),
      scorer_(context, transformer, kCanaryPass) {}

const Parameters& WeightInbox::receive(const WeightManifest& manifest, int source) {
  std::unique_ptr<Parameters>& weights = sets_[static_cast<size_t>(manifest.id.set)];
  if (weights == nullptr) {
    weights = std::make_unique<Parameters>(transformer_.config(), Parameters::Gradients::none);
  }
  communicator_.broadcast(weights->flat(), source);
  weights->set_id(manifest.id);
  const std::string speaker =
      detail::concat("[weights] rank ", communicator_.rank(), ", ", name_of(manifest.id.set),
                     " version ", manifest.id.version);
  check_tensors(*weights, manifest, speaker);
  weights->refresh(context_, transformer_.ops());
  check_canary(*weights, manifest, scorer_, rule_, speaker);
  return *weights;
}

}  // namespace kedge
