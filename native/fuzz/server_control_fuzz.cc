// The control segment as the server reads it: two clients have written what the input says, then they leave.
// The server must come to an end of its work without touching anything outside its segments.
#include "raw_client.h"
#include "scratch.h"
#include "server/server_core.h"

using namespace atollstore;
using namespace atollstore::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto opened = ServerCore::Open(Tiny());
  if (!opened.ok()) ::abort();
  ServerCore& server = *opened.value();
  const Control& control = server.control();
  RawClient clients[] = {RawClient(SocketPath()), RawClient(SocketPath())};
  server.Poll(0);
  for (RawClient& client : clients) client.SayHello();
  for (int i = 0; i < 3; ++i) server.Poll(0);
  Furnish(control);
  Input input(data, size);
  for (int steps = 0; !input.empty() && steps < 256; ++steps) {
    const auto poke = input.Take<uint8_t>();
    const auto index = input.Take<uint16_t>();
    if (poke % 32 == 31) {
      server.Poll(0);
    } else if (poke % 32 == 30) {  // one has gone
      control.client(1 + index % 2).state.store(static_cast<uint32_t>(ClientState::kDetached));
      os::Nudge(clients[index % 2].socket());
      server.Poll(0);
    } else {
      Write(control, poke % 32, index, input.Take<uint64_t>());
    }
  }
  for (uint64_t i = 0; i < kObjects; ++i) SetDropped(control, 1, i);
  server.Poll(0);
  for (uint32_t i = 0; i < 2; ++i) {
    control.client(1 + i).state.store(static_cast<uint32_t>(ClientState::kDetached));
    os::Nudge(clients[i].socket());
  }
  for (int i = 0; i < 4; ++i) server.Poll(0);
  return 0;
}
