#include "bare_store.h"

#include <poll.h>
#include <unistd.h>

#include <utility>

#include "layout/wire.h"
#include "os/socket.h"

namespace atollstore::torture {

Result<std::unique_ptr<BareStore>> BareStore::Make(const Sizes& sizes, const std::string& path) {
  std::unique_ptr<BareStore> store(new BareStore);
  auto geometry = Geometry::Of(sizes);
  if (!geometry.ok()) return geometry.status();
  const Geometry& g = geometry.value();
  for (auto [memory, mapping, bytes] :
       {std::tuple{&store->control_memory_, &store->control_mapping_, g.control_bytes},
        std::tuple{&store->data_memory_, &store->data_mapping_, g.capacity()}}) {
    auto made = os::SharedMemory::Create("atoll-bare", bytes);
    if (!made.ok()) return made.status();
    *memory = std::make_unique<os::SharedMemory>(std::move(made).value());
    auto mapped = os::Mapping::Map(**memory, os::Mapping::Access::kReadWrite);
    if (!mapped.ok()) return mapped.status();
    *mapping = std::move(mapped).value();
  }
  store->control_ = Control(store->control_mapping_.data(), g, store->control_memory_.get());
  auto listener = os::Listen(path);
  if (!listener.ok()) return listener.status();
  store->listener_ = std::move(listener).value();
  Header& header = store->control_.header();
  header.magic.store(kMagic);
  header.layout_version.store(kLayoutVersion);
  header.store.store(42);
  header.capacity.store(g.capacity());
  header.max_objects.store(g.objects());
  header.max_clients.store(g.columns() - 1);
  header.extent_bytes.store(g.extent_bytes());
  header.ring_bytes.store(g.ring_bytes());
  header.warm_bytes.store(g.warm_bytes());
  header.control_budget.store(uint64_t{1} << 32);  // nobody fills it here
  header.server_pid.store(static_cast<uint64_t>(::getpid()));
  header.ready.store(1, std::memory_order_release);  // pairs with the acquire in Attach()
  return store;
}

Status BareStore::LetIn(uint32_t client) {
  pollfd watched{listener_.get(), POLLIN, 0};
  if (::poll(&watched, 1, 30'000) != 1) return Status::Error(ATOLL_TIMED_OUT, "nobody connected");
  os::UniqueFd socket = os::Accept(listener_.get());
  Hello hello{};
  watched.fd = socket.get();
  if (::poll(&watched, 1, 30'000) != 1) return Status::Error(ATOLL_TIMED_OUT, "nobody said hello");
  auto received = os::Receive(socket.get(), &hello, sizeof(hello), nullptr);
  if (!received.ok()) return received.status();
  ClientRecord& record = control_.client(client);
  record.state.store(static_cast<uint32_t>(ClientState::kGreeted));
  control_.AddClient(client);
  const Welcome welcome{kMagic, kLayoutVersion, ATOLL_OK, client, 0};
  const int fds[] = {control_memory_->fd(), data_memory_->fd()};
  ATOLL_RETURN_IF_ERROR(os::Send(socket.get(), &welcome, sizeof(welcome), fds, 2));
  sockets_[client % 8] = std::move(socket);
  return {};
}

}  // namespace atollstore::torture
