// What every backend of the table promises, for all operations x world sizes x payload sizes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "comm/backends.h"

namespace kedge {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDeadline{20000};

struct World {
  const CommunicatorBackend* backend;
  int size;
};

std::vector<World> worlds() {
  std::vector<World> all;
  for (const CommunicatorBackend& backend : communicator_table()) {
    for (int size = 1; size <= std::min(5, backend.max_size); ++size) {
      all.push_back({&backend, size});
    }
  }
  return all;
}

void PrintTo(const World& world, std::ostream* out) {
  *out << world.backend->name << " of " << world.size;
}

class CommunicatorConformance : public ::testing::TestWithParam<World> {
 protected:
  int size() const { return GetParam().size; }
  void run(const std::function<void(Communicator&)>& body, milliseconds deadline = kDeadline) {
    GetParam().backend->run(size(), deadline, body);
  }
};

const std::vector<int64_t> kPayloads = {0, 1, 3, 7, 64, 1000, 4097, 70001};

int32_t value(int rank, int64_t i) {
  return static_cast<int32_t>(rank * 1000003 + i * 7 + 1);
}

std::vector<int32_t> values(int rank, int64_t count) {
  std::vector<int32_t> all(count);
  for (int64_t i = 0; i < count; ++i) {
    all[i] = value(rank, i);
  }
  return all;
}

TensorView view(std::vector<int32_t>& data) {
  return TensorView(data.data(), {static_cast<int64_t>(data.size())}, DType::i32);
}

TEST_P(CommunicatorConformance, KnowsItsPlace) {
  std::atomic<int64_t> ranks = 0;
  run([&](Communicator& communicator) {
    EXPECT_EQ(communicator.size(), size());
    ranks += int64_t{1} << communicator.rank();
  });
  EXPECT_EQ(ranks, (int64_t{1} << size()) - 1);
}

TEST_P(CommunicatorConformance, BroadcastFromEveryRoot) {
  run([&](Communicator& communicator) {
    for (int root = 0; root < size(); ++root) {
      for (const int64_t count : kPayloads) {
        std::vector<int32_t> data = values(communicator.rank(), count);
        communicator.broadcast(view(data), root);
        EXPECT_EQ(data, values(root, count));
      }
    }
  });
}

TEST_P(CommunicatorConformance, AllGatherInRankOrder) {
  run([&](Communicator& communicator) {
    for (const int64_t count : kPayloads) {
      std::vector<int32_t> in = values(communicator.rank(), count);
      std::vector<int32_t> out(count * size(), -1);
      communicator.all_gather(view(in), view(out));
      std::vector<int32_t> expected;
      for (int rank = 0; rank < size(); ++rank) {
        const std::vector<int32_t> part = values(rank, count);
        expected.insert(expected.end(), part.begin(), part.end());
      }
      EXPECT_EQ(out, expected);
    }
  });
}

TEST_P(CommunicatorConformance, AllGatherIntoItsOwnSlice) {
  run([&](Communicator& communicator) {
    std::vector<int32_t> all(3 * size(), -1);
    const int64_t first = communicator.rank() * 3;
    std::copy_n(values(communicator.rank(), 3).begin(), 3, all.begin() + first);
    communicator.all_gather(view(all).rows(first, first + 3), view(all));
    for (int rank = 0; rank < size(); ++rank) {
      for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(all[rank * 3 + i], value(rank, i));
      }
    }
  });
}

TEST_P(CommunicatorConformance, AllToAllExchangesSlices) {
  run([&](Communicator& communicator) {
    for (const int64_t slice : kPayloads) {
      std::vector<int32_t> in = values(communicator.rank(), slice * size());
      std::vector<int32_t> out(slice * size(), -1);
      communicator.all_to_all(view(in), view(out));
      for (int from = 0; from < size(); ++from) {
        for (int64_t i = 0; i < slice; ++i) {
          ASSERT_EQ(out[from * slice + i], value(from, communicator.rank() * slice + i));
        }
      }
    }
  });
}

TEST_P(CommunicatorConformance, EveryDtypeKeepsItsBits) {
  run([&](Communicator& communicator) {
    for (const DType dtype :
         {DType::f32, DType::f64, DType::bf16, DType::f16, DType::i32, DType::i64, DType::u8}) {
      std::vector<unsigned char> bytes(5 * size_of(dtype));
      for (size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<unsigned char>(200 + i + communicator.rank());
      }
      communicator.broadcast(TensorView(bytes.data(), {5}, dtype), size() - 1);
      for (size_t i = 0; i < bytes.size(); ++i) {
        ASSERT_EQ(bytes[i], static_cast<unsigned char>(200 + i + size() - 1)) << name_of(dtype);
      }
    }
  });
}

TEST_P(CommunicatorConformance, NobodyLeavesABarrierEarly) {
  std::atomic<int> arrived = 0;
  run([&](Communicator& communicator) {
    for (int round = 1; round <= 20; ++round) {
      ++arrived;
      communicator.barrier();
      EXPECT_GE(arrived, round * size());
      communicator.barrier();
    }
  });
}

TEST_P(CommunicatorConformance, MessagesOfAPairAndTagKeepTheirOrder) {
  run([&](Communicator& communicator) {
    constexpr int kCount = 50;
    const int next = (communicator.rank() + 1) % size();
    const int previous = (communicator.rank() + size() - 1) % size();
    for (int i = 0; i < kCount; ++i) {
      const Bytes payload(i % 7, static_cast<std::byte>(i));
      communicator.send(next, i % 2, payload);
    }
    for (const int tag : {1, 0}) {
      for (int i = tag; i < kCount; i += 2) {
        const auto message = communicator.receive(previous, tag, kDeadline);
        ASSERT_TRUE(message);
        EXPECT_EQ(message->source, previous);
        EXPECT_EQ(message->tag, tag);
        EXPECT_EQ(message->payload, Bytes(i % 7, static_cast<std::byte>(i)));
      }
    }
    EXPECT_FALSE(
        communicator.receive(Communicator::kAnySource, Communicator::kAnyTag, milliseconds(1)));
    communicator.barrier();
  });
}

TEST_P(CommunicatorConformance, AnySourceTakesFromAll) {
  run([&](Communicator& communicator) {
    communicator.send(0, 3, Bytes{static_cast<std::byte>(communicator.rank())});
    if (communicator.rank() == 0) {
      std::vector<bool> seen(size(), false);
      for (int i = 0; i < size(); ++i) {
        const auto message = communicator.receive(Communicator::kAnySource, 3, kDeadline);
        ASSERT_TRUE(message);
        EXPECT_EQ(static_cast<int>(message->payload.at(0)), message->source);
        seen[message->source] = true;
      }
      EXPECT_THAT(seen, ::testing::Each(true));
    }
    communicator.barrier();
  });
}

TEST_P(CommunicatorConformance, NothingComingIsAValue) {
  run([&](Communicator& communicator) {
    EXPECT_FALSE(communicator.receive(0, 1, milliseconds(5)));
    communicator.barrier();  // still usable
  });
}

TEST_P(CommunicatorConformance, AMissingRankEndsInATemporaryError) {
  if (size() == 1) {
    return;  // nobody can be missing
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(run(
                   [&](Communicator& communicator) {
                     if (communicator.rank() == size() - 1) {
                       communicator.receive(0, 0, milliseconds(2000));
                     } else {
                       communicator.barrier();
                     }
                   },
                   milliseconds(50)),
               TemporaryError);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(1500));
}

TEST_P(CommunicatorConformance, AMismatchIsNamed) {
  if (size() == 1) {
    return;  // nobody to disagree with
  }
  std::vector<std::vector<int32_t>> data(size());
  try {
    run([&](Communicator& communicator) {
      data[communicator.rank()].resize(communicator.rank() == 1 ? 3 : 2);
      communicator.broadcast(view(data[communicator.rank()]), 0);
    });
    ADD_FAILURE() << "ranks with 2 and 3 elements met";
  } catch (const InvariantError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("i32[2]"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("i32[3]"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("rank 1"));
  }
}

TEST_P(CommunicatorConformance, AbortReachesPendingAndLaterCalls) {
  std::atomic<int> failed = 0;
  run([&](Communicator& communicator) {
    if (communicator.rank() == 0) {
      communicator.abort("the disk is full");
    }
    const auto fails = [&](const std::function<void()>& call) {
      try {
        call();
        ADD_FAILURE() << "a call succeeded after abort";
      } catch (const TemporaryError& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("the disk is full"));
      }
    };
    fails([&] { communicator.receive(0, 0, kDeadline); });
    fails([&] { communicator.barrier(); });
    fails([&] { communicator.send(0, 0, {}); });
    ++failed;
  });
  EXPECT_EQ(failed, size());
}

INSTANTIATE_TEST_SUITE_P(Worlds, CommunicatorConformance, ::testing::ValuesIn(worlds()),
                         [](const auto& info) {
                           return info.param.backend->name + "_" + std::to_string(info.param.size);
                         });

}  // namespace
}  // namespace kedge
