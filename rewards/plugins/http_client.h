// POST over HTTP(S), on libcurl.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <string>

namespace kedge {

struct HttpRequest {
  std::string url;
  std::string body;
  std::map<std::string, std::string> headers;
  double connect_timeout_s = 2.0;
  double timeout_s = 30.0;  // for the whole exchange
};

struct HttpResponse {
  enum class Outcome {
    answered,     // status and body are there, whatever the status
    unreachable,  // no connection, or it was cut before the answer was whole: worth another try
    timeout,      // timeout_s is over
    refused,      // not worth one: no such protocol, an answer that is too long
  };
  Outcome outcome = Outcome::refused;
  int status = 0;
  std::string body;
  std::string problem;  // unless answered
};

// Keeps its connection. Thread rule: one thread at a time.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Once `stop` is set, gives up soon with Outcome::timeout.
  HttpResponse post(const HttpRequest& request, const std::atomic<bool>& stop);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace kedge
