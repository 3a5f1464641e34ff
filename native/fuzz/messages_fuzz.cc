// The server's socket, whatever comes: input is a list of {connection, kind, length, bytes}.
#include "raw_client.h"
#include "scratch.h"
#include "server/server_core.h"

using namespace atollstore;
using namespace atollstore::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto opened = ServerCore::Open(Tiny());
  if (!opened.ok()) ::abort();
  ServerCore& server = *opened.value();
  std::array<std::unique_ptr<RawClient>, 4> clients;
  Input input(data, size);
  for (int steps = 0; !input.empty() && steps < 64; ++steps) {
    const auto what = input.Take<uint8_t>();
    auto& client = clients[what % clients.size()];
    if (client == nullptr) {
      client = std::make_unique<RawClient>(SocketPath());
      server.Poll(0);
    }
    switch (what >> 2 & 3) {
      case 0:
        client->SayHello();
        server.Poll(0);
        (void)client->Heard();
        break;
      case 1: {
        uint8_t bytes[600];
        client->Say(bytes, input.Bytes(bytes, std::min<size_t>(sizeof(bytes), input.Take<uint16_t>() % 600)));
        break;
      }
      case 2: {  // nearly right
        NameRequest request{};
        request.magic = kMagic;
        request.wish = static_cast<decltype(request.wish)>(1 + input.Take<uint8_t>() % 3);
        request.ticket = steps;
        request.place = input.Take<uint64_t>();
        request.length = input.Take<uint8_t>();
        input.Bytes(request.name, input.Take<uint8_t>() % sizeof(request.name));
        client->Say(&request, what & 0x80 ? input.Take<uint16_t>() % sizeof(request) : sizeof(request));
        break;
      }
      default:
        client.reset();
    }
    server.Poll(0);
  }
  clients = {};
  for (int i = 0; i < 4; ++i) server.Poll(0);
  return 0;
}
