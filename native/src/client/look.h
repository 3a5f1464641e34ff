// A look at a store, through read-only mappings of its two segments. It takes no client slot, so that a store
// can be looked at whose slots are all in use; who may attach may look, and nobody else.
#ifndef ATOLL_CLIENT_LOOK_H_
#define ATOLL_CLIENT_LOOK_H_

#include <memory>

#include "layout/geometry.h"
#include "os/shared_memory.h"
#include "result.h"

namespace atollstore {

class Look {
 public:
  // At the store whose server listens there. Fails as attaching does, but for TOO_MANY_CLIENTS.
  static Result<Look> At(const char* socket_path);
  // At one whose segments this process has; it needs no server. Fails with CORRUPT.
  static Result<Look> Into(os::SharedMemory control, const os::SharedMemory& data);

  // Nothing may be stored through it.
  const Control& control() const { return control_; }
  const os::Mapping& data() const { return data_mapping_; }

 private:
  Look() = default;
  std::unique_ptr<os::SharedMemory> control_memory_;
  os::Mapping control_mapping_, data_mapping_;
  Control control_;
};

}  // namespace atollstore

#endif  // ATOLL_CLIENT_LOOK_H_
