// outside SOCKET: a server, a client that writes an object, and another that finds it by its name.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "atoll/client.h"
#include "atoll/server.h"

using namespace std::chrono_literals;

namespace {

int Failed(const char* what) {
  std::fprintf(stderr, "outside: %s: %s\n", what, atollstore::LastError());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto server = atollstore::Server::Start(atollstore::Server::Defaults(argv[1], 64 << 20));
  if (!server.ok()) return Failed("server");
  auto writing = atollstore::Client::Attach(argv[1]);
  auto reading = atollstore::Client::Attach(argv[1]);
  if (!writing.ok() || !reading.ok()) return Failed("attach");

  auto writer = writing->Create(5, 1s);
  if (!writer.ok()) return Failed("create");
  std::ranges::copy(std::as_bytes(std::span("hello", 5)), writer->bytes().begin());
  if (!writer->Seal().ok() || !writing->Publish("greeting", writer->id()).ok()) return Failed("publish");

  auto id = reading->Lookup("greeting");
  if (!id.ok()) return Failed("lookup");
  auto view = reading->Get(*id, 1s);
  if (!view.ok()) return Failed("get");
  const auto bytes = view->bytes();
  std::printf("%.*s from store %016lx\n", static_cast<int>(bytes.size()),
              reinterpret_cast<const char*>(bytes.data()), id->store);
}
