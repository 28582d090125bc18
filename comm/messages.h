// Control messages between the coordinator (learner rank 0) and the rollout ranks. What a payload
// holds is its sender's and receiver's business; this file owns only kinds and tags.
//
//   assign     coordinator -> worker   a rollout order
//   deliver    worker -> coordinator   finished rows
//   release    coordinator -> worker   KV kept for a group is not needed any more
//   publish    coordinator -> worker   a weight manifest; the tensors follow
//   adopted    worker -> coordinator   the weights of that manifest are verified and in use
//   drain      coordinator -> worker   finish what you have, take nothing new
//   stop       coordinator -> worker   leave
//   heartbeat  both ways               I am alive
//
// Messages of one pair keep their order, across kinds too. A rank that receives any kind must not
// be sent other tags: those would be a foreign message, which is an InvariantError.
#pragma once
#include <string_view>

#include "comm/communicator.h"

namespace kedge {

enum class MessageKind : uint8_t {
  assign, deliver, release, publish, adopted, drain, stop, heartbeat
};

const char* name_of(MessageKind kind);

struct ControlMessage {
  int source = 0;
  MessageKind kind = MessageKind::heartbeat;
  Bytes payload;
};

void send_message(Communicator& communicator, int dest, MessageKind kind,
                  std::span<const std::byte> payload = {});

// The oldest control message from `source` (or kAnySource), nullopt when none came in time.
std::optional<ControlMessage> receive_message(Communicator& communicator, int source,
                                              std::chrono::milliseconds timeout);
// The same for one kind only; others stay where they are.
std::optional<ControlMessage> receive_message(Communicator& communicator, int source,
                                              MessageKind kind, std::chrono::milliseconds timeout);

// Text payloads, such as JSON.
std::span<const std::byte> as_payload(std::string_view text);  // borrows
std::string as_text(std::span<const std::byte> payload);

}  // namespace kedge
