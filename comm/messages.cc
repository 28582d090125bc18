#include "comm/messages.h"

namespace kedge {
namespace {

// Far from the small numbers that other users of a communicator would pick.
constexpr int kFirstControlTag = 1000;
constexpr int kNumKinds = static_cast<int>(MessageKind::heartbeat) + 1;

int tag_of(MessageKind kind) { return kFirstControlTag + static_cast<int>(kind); }

std::optional<ControlMessage> receive_tag(Communicator& communicator, int source, int tag,
                                          std::chrono::milliseconds timeout) {
  std::optional<RawMessage> message = communicator.receive(source, tag, timeout);
  if (!message) {
    return std::nullopt;
  }
  const int kind = message->tag - kFirstControlTag;
  KEDGE_CHECK(kind >= 0 && kind < kNumKinds, "[comm] rank ", communicator.rank(), " got tag ",
              message->tag, " from rank ", message->source, ", control tags are ", kFirstControlTag,
              " to ", kFirstControlTag + kNumKinds - 1);
  return ControlMessage{message->source, static_cast<MessageKind>(kind),
                        std::move(message->payload)};
}

}  // namespace

const char* name_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::assign: return "assign";
    case MessageKind::deliver: return "deliver";
    case MessageKind::release: return "release";
    case MessageKind::publish: return "publish";
    case MessageKind::adopted: return "adopted";
    case MessageKind::drain: return "drain";
    case MessageKind::stop: return "stop";
    case MessageKind::heartbeat: return "heartbeat";
  }
  return "?";
}

void send_message(Communicator& communicator, int dest, MessageKind kind,
                  std::span<const std::byte> payload) {
  communicator.send(dest, tag_of(kind), payload);
}

std::optional<ControlMessage> receive_message(Communicator& communicator, int source,
                                              std::chrono::milliseconds timeout) {
  return receive_tag(communicator, source, Communicator::kAnyTag, timeout);
}

std::optional<ControlMessage> receive_message(Communicator& communicator, int source,
                                              MessageKind kind, std::chrono::milliseconds timeout) {
  return receive_tag(communicator, source, tag_of(kind), timeout);
}

std::span<const std::byte> as_payload(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string as_text(std::span<const std::byte> payload) {
  return std::string(reinterpret_cast<const char*>(payload.data()), payload.size());
}

}  // namespace kedge
