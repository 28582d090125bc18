// A reward server of a few lines, on a free port of this machine. It answers well, or does what the
// test says: slowly, with a status, with garbage, or not at all.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <string>
#include <thread>

#include "core/descriptor.h"
#include "core/error.h"
#include "core/json.h"
#include "core/mutex.h"

namespace kedge::testing_support {

struct ServerReply {
  std::string body;
  int status = 200;
  bool drop = false;  // closes the connection instead
};

// Verdicts of the length of each completion.
inline ServerReply lengths_of(const json& items) {
  json verdicts = json::array();
  for (const json& item : items) {
    const auto length = item.at("completion").get<std::string>().size();
    verdicts.push_back({{"kind", "score"}, {"score", length}});
  }
  return {json{{"verdicts", verdicts}}.dump()};
}

class RewardServer {
 public:
  // `reply` makes the answer to the items of a request; called by several threads at a time.
  using Reply = std::function<ServerReply(const json& items)>;

  explicit RewardServer(Reply reply) : reply_(std::move(reply)) {
    listener_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    const bool listens = ::bind(listener_.get(), any, size) == 0 &&
                         ::listen(listener_.get(), 64) == 0 &&
                         ::getsockname(listener_.get(), any, &size) == 0;
    KEDGE_CHECK(listens, "no port for a test server");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~RewardServer() {
    ending_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    for (Connection& connection : connections_) ::shutdown(connection.socket.get(), SHUT_RDWR);
    for (Connection& connection : connections_) connection.thread.join();
  }
  RewardServer(const RewardServer&) = delete;
  RewardServer& operator=(const RewardServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/score"; }
  int num_requests() const { return num_requests_; }
  // Head of the last request: its first line and headers.
  std::string last_head() const {
    const MutexLock lock(mutex_);
    return last_head_;
  }
  // For replies that wait: true once the test is over.
  const std::atomic<bool>& ending() const { return ending_; }

 private:
  struct Connection {
    Descriptor socket;
    std::thread thread;
  };

  void accept_all() {
    for (;;) {
      Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) return;
      Connection& connection = connections_.emplace_back();
      connection.socket = std::move(socket);
      connection.thread = std::thread([this, &connection] { serve(connection.socket.get()); });
    }
  }

  void serve(int socket) {
    std::string bytes;
    while (read_until(socket, bytes, "\r\n\r\n")) {
      const size_t head_size = bytes.find("\r\n\r\n") + 4;
      const std::string head = bytes.substr(0, head_size);
      const size_t length = std::stoul(head.substr(head.find("Content-Length: ") + 16));
      while (bytes.size() < head_size + length && read_some(socket, bytes)) {
      }
      {
        const MutexLock lock(mutex_);
        last_head_ = head;
      }
      ++num_requests_;
      const ServerReply reply = reply_(json::parse(bytes.substr(head_size, length)).at("items"));
      bytes.erase(0, head_size + length);
      if (reply.drop) break;
      const std::string answer = "HTTP/1.1 " + std::to_string(reply.status) +
                                 " x\r\nContent-Length: " + std::to_string(reply.body.size()) +
                                 "\r\n\r\n" + reply.body;
      if (::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
    }
    ::shutdown(socket, SHUT_RDWR);
  }

  static bool read_some(int socket, std::string& bytes) {
    std::array<char, 16384> buffer;
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (got > 0) bytes.append(buffer.data(), static_cast<size_t>(got));
    return got > 0;
  }
  static bool read_until(int socket, std::string& bytes, const char* mark) {
    while (bytes.find(mark) == std::string::npos) {
      if (!read_some(socket, bytes)) return false;
    }
    return true;
  }

  Reply reply_;
  Descriptor listener_;
  int port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<int> num_requests_ = 0;
  mutable Mutex mutex_;
  std::string last_head_ KEDGE_GUARDED_BY(mutex_);
  std::list<Connection> connections_;
  std::thread acceptor_;
};

}  // namespace kedge::testing_support
