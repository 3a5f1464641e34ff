#include "server/segments.h"

#include <sys/random.h>

#include <cstdio>
#include <utility>

#include "layout/geometry.h"
#include "os/socket.h"
#include "spill/spill_directory.h"

namespace atollstore {

namespace {

// Fewer entries than asked where a process may not have the addresses for so many. A server maps the control segment
// once and the data twice, and so does a client, which may be in the same process or have the same limit.
Result<Geometry> Fitting(Sizes sizes) {
  constexpr uint64_t kLeast = 1 << 12;  // entries
  constexpr uint64_t kOther = 256 << 20;
  auto geometry = Geometry::Of(sizes);
  if (!geometry.ok()) return geometry;
  const uint64_t asked = geometry.value().objects();
  const uint64_t limit = os::AddressLimit(), used = os::AddressesInUse() + kOther;
  const auto fits = [&](const Geometry& g) {
    return limit == UINT64_MAX || used + 2 * g.control_bytes + 4 * g.capacity() <= limit;
  };
  while (geometry.ok() && !fits(geometry.value()) && geometry.value().objects() > kLeast) {
    sizes.max_objects = geometry.value().objects() / 2;
    geometry = Geometry::Of(sizes);
  }
  // What each client will map, so that none finds that out when it comes.
  const uint64_t mapped = geometry.ok() ? geometry.value().control_bytes + 2 * geometry.value().capacity() : 0;
  if (limit == UINT64_MAX && mapped != 0 && !os::HasAddressesFor(mapped)) {
    return Status::Error(ATOLL_INVALID_ARGUMENT,
                         "capacity %lu: a client maps %lu bytes for it, and there are not so many addresses here",
                         geometry.value().capacity(), mapped);
  }
  if (geometry.ok() && geometry.value().objects() != asked) {
    std::fprintf(stderr, "atoll: room for %lu objects instead of %lu: ulimit -v is %lu bytes\n",
                 geometry.value().objects(), asked, limit);
  }
  return geometry;
}

}  // namespace

Result<Segments> Segments::Make(const atoll_server_options& options, bool supervised) {
  auto geometry =
      Fitting({options.capacity, options.max_objects, options.max_clients, options.extent_bytes,
                    options.ring_bytes, options.warm_bytes, options.max_names});
  if (!geometry.ok()) return geometry.status();
  const Geometry& g = geometry.value();
  uint64_t store = 0;
  while (store == 0) {
    if (::getrandom(&store, sizeof(store), 0) != sizeof(store)) return Status::System("getrandom");
  }
  auto control = os::SharedMemory::Create("atoll-control", g.control_bytes);
  if (!control.ok()) return control.status();
  auto data = os::SharedMemory::Create("atoll-data", g.capacity());
  if (!data.ok()) return data.status();
  auto mapping = os::Mapping::Map(control.value(), os::Mapping::Access::kReadWrite);
  if (!mapping.ok()) return mapping.status();
  Header& header = *reinterpret_cast<Header*>(mapping.value().data());
  header.magic.store(kMagic);
  header.layout_version.store(kLayoutVersion);
  header.store.store(store);
  header.capacity.store(g.capacity());
  header.max_objects.store(g.objects());
  header.max_clients.store(g.columns() - 1);
  header.extent_bytes.store(g.extent_bytes());
  header.ring_bytes.store(g.ring_bytes());
  header.warm_bytes.store(g.warm_bytes());
  header.max_names.store(g.max_names());
  header.await_farewell.store(options.await_farewell != 0);
  header.supervised.store(supervised);
  header.ready.store(1, std::memory_order_release);  // pairs with the acquire in Geometry::OfHeader()
  Segments segments{std::move(control).value(), std::move(data).value(), {}, {}, {}};
  ATOLL_RETURN_IF_ERROR(segments.Open(options, store));
  return segments;
}

Status Segments::Open(const atoll_server_options& options, uint64_t store) {
  // The socket last: what fails before leaves nothing at the path.
  if (options.spill_directory != nullptr) {
    auto lock = SpillDirectory::Lock(options.spill_directory, store);
    if (!lock.ok()) return lock.status();
    spill_lock = std::move(lock).value();
  }
  auto mapping = os::Mapping::Map(control, os::Mapping::Access::kReadWrite);
  if (!mapping.ok()) return mapping.status();
  auto listening = os::Listen(options.socket_path, &socket);
  if (!listening.ok()) return listening.status();
  listener = std::move(listening).value();
  Header& header = *reinterpret_cast<Header*>(mapping.value().data());
  header.socket_device.store(socket.device, std::memory_order_relaxed);
  header.socket_file.store(socket.file, std::memory_order_relaxed);
  return {};
}

Result<Segments> Segments::Adopt(os::UniqueFd control, os::UniqueFd data, os::UniqueFd listener,
                                 os::UniqueFd spill_lock) {
  auto control_memory = os::SharedMemory::Adopt(std::move(control));
  if (!control_memory.ok()) return control_memory.status();
  auto data_memory = os::SharedMemory::Adopt(std::move(data));
  if (!data_memory.ok()) return data_memory.status();
  return Segments{std::move(control_memory).value(), std::move(data_memory).value(), std::move(listener),
                  std::move(spill_lock), {}};
}

}  // namespace atollstore
