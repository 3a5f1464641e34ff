#include "client/look.h"

#include <ctime>
#include <utility>

#include "client/greeting.h"

namespace atollstore {

Result<Look> Look::At(const char* socket_path) {
  // A server that was killed meanwhile has a follower, as in ClientCore::Attach().
  for (int tries = 0;; ++tries) {
    auto connected = os::Connect(socket_path);
    if (!connected.ok()) return connected.status();
    bool again = false;
    auto greeted = Greet(connected.value().get(), socket_path, kLooks, &again);
    if (greeted.ok()) return Into(std::move(greeted.value().control), greeted.value().data);
    if (!again || tries == 100) return greeted.status();
    const timespec pause{0, 10'000'000};
    (void)::nanosleep(&pause, nullptr);
  }
}

Result<Look> Look::Into(os::SharedMemory control, const os::SharedMemory& data) {
  if (control.size() < sizeof(Header)) {
    return Status::Error(ATOLL_CORRUPT, "control segment of %lu bytes", control.size());
  }
  auto control_mapping = os::Mapping::Map(control, os::Mapping::Access::kRead);
  if (!control_mapping.ok()) return control_mapping.status();
  auto data_mapping = os::Mapping::Map(data, os::Mapping::Access::kRead);
  if (!data_mapping.ok()) return data_mapping.status();
  Look look;
  look.control_mapping_ = std::move(control_mapping).value();
  look.data_mapping_ = std::move(data_mapping).value();
  auto geometry = Geometry::OfHeader(*reinterpret_cast<const Header*>(look.control_mapping_.data()),
                                     control.size(), data.size());
  if (!geometry.ok()) return geometry.status();
  look.control_memory_ = std::make_unique<os::SharedMemory>(std::move(control));
  look.control_ = Control(look.control_mapping_.data(), geometry.value(), look.control_memory_.get());
  return look;
}

}  // namespace atollstore
