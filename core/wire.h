// The records of core/records.h as bytes, for messages between ranks, checkpoints and dumps.
//
// Layout: "KDGW", version (u16), type (u16), payload size (u64), xxh3-64 of the payload (u64), payload.
// All numbers little-endian; floats by their bits, so that what is decoded is equal to the bit. The
// fields of each record are listed once, in core/wire.cc, for both directions.
//
// Anything but what encode wrote (truncated, overlong, another type or version, a flipped bit, an enum
// value that does not exist) is an InvariantError "[wire] ...". Decoded groups are validated.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/records.h"

namespace kedge {

// T: RolloutOrder, FinishedRow, std::vector<FinishedRow>, Group, std::vector<Group>,
// std::vector<ScoredGroup>, SignalTable, WeightManifest, json. Others do not link.
template <class T>
std::string encode(const T& value);
template <class T>
T decode(std::string_view bytes);

}  // namespace kedge
