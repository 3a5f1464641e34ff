// The segments of a store without a server, for harnesses that play the server themselves: they let clients
// in by hand and may then write what they like into the control segment.
#ifndef ATOLL_TORTURE_BARE_STORE_H_
#define ATOLL_TORTURE_BARE_STORE_H_

#include <memory>
#include <string>

#include "result.h"
#include "layout/geometry.h"
#include "os/shared_memory.h"
#include "os/unique_fd.h"

namespace atollstore::torture {

class BareStore {
 public:
  // Listens at `path` from now on. The process that calls this is the one that clients take for the server.
  static Result<std::unique_ptr<BareStore>> Make(const Sizes& sizes, const std::string& path);

  // Lets the next client that connects in as the client of this index. Blocks until there is one.
  Status LetIn(uint32_t client);

  const Control& control() const { return control_; }
  const os::Mapping& data() const { return data_mapping_; }
  os::SharedMemory& control_memory() { return *control_memory_; }

 private:
  BareStore() = default;
  std::unique_ptr<os::SharedMemory> control_memory_, data_memory_;
  os::Mapping control_mapping_, data_mapping_;
  Control control_;
  os::UniqueFd listener_;
  os::UniqueFd sockets_[8];  // of the clients, kept open
};

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_BARE_STORE_H_
