// Names: read from shared memory, changed by the server on request.
#include <cstring>

#include "client/client_core.h"
#include "directory/names.h"
#include "os/socket.h"

namespace atollstore {

Status ClientCore::AskForName(NameWish wish, std::string_view name, uint64_t place) {
  ATOLL_RETURN_IF_ERROR(CheckName(name));
  std::lock_guard lock(names_mutex_);
  NameRequest request{kMagic, static_cast<uint32_t>(wish), ++name_ticket_, place, name.size(), {}};
  std::memcpy(request.name, name.data(), name.size());
  const int shown = static_cast<int>(name.size());
  const auto gone = [&] {
    return Status::Error(ATOLL_DISCONNECTED, "the server has gone while asked for the name %.*s", shown,
                         name.data());
  };
  bool sent = false;
  bool repeated = false;
  for (uint32_t connection = connections_.load(std::memory_order_acquire);;) {
    // A request that went to a server which died is made again; doing it twice does nothing.
    const uint32_t now = connections_.load(std::memory_order_acquire);
    if (!sent || connection != now) {
      repeated = repeated || connection != now;
      connection = now;
      const os::Fd socket = socket_.now();
      const bool lost = !socket.ours();  // then the background thread takes it again
      sent = !lost && os::Send(socket.number, &request, sizeof(request), nullptr, 0).ok();
      if (lost) WakeBackground();
      if (!sent && !lost && !Supervised()) return gone();
    }
    const uint32_t answered = record_->name_answered.load(std::memory_order_acquire);
    if (answered == request.ticket) break;
    if (Disconnected()) return gone();
    os::FutexWait(&record_->name_answered, answered, os::Deadline::After(100'000'000));
  }
  const auto code = static_cast<atoll_code>(record_->name_code.load(std::memory_order_relaxed));
  switch (code) {
    case ATOLL_OK:
      return {};
    case ATOLL_ALREADY_EXISTS:
      return Status::Error(code, "name %.*s: another object has it", shown, name.data());
    case ATOLL_TOO_MANY_NAMES:
      return Status::Error(code, "name %.*s: all %lu names are in use", shown, name.data(),
                           control_.geometry().max_names());
    case ATOLL_NOT_FOUND:
      if (wish == NameWish::kUnpublish && repeated) return {};  // the first time it was taken away
      if (wish == NameWish::kPublish) return NotFound(ObjectId({store_, place}));
      return Status::Error(code, "name %.*s: no object has it", shown, name.data());
    default:
      return Status::Error(code, "name %.*s: the server answered with code %d", shown, name.data(), code);
  }
}

Status ClientCore::Publish(std::string_view name, ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  ATOLL_RETURN_IF_ERROR(AskForName(NameWish::kPublish, name, id.place));
  Count(&Counters::publishes);
  return {};
}

Status ClientCore::Unpublish(std::string_view name) {
  ATOLL_RETURN_IF_ERROR(AskForName(NameWish::kUnpublish, name, 0));
  Count(&Counters::unpublishes);
  return {};
}

Result<ObjectId> ClientCore::Lookup(std::string_view name) {
  ATOLL_RETURN_IF_ERROR(CheckName(name));
  // A name may be taken away, and its object freed, between the table and the reference: then look again.
  for (int tries = 0; tries < 100; ++tries) {
    const uint64_t place = FindName(control_, name);
    if (place == 0) break;
    const ObjectId id({store_, place});
    if (!Refer(id).ok()) continue;
    Count(&Counters::lookups);
    return id;
  }
  return Status::Error(ATOLL_NOT_FOUND, "name %.*s: no object has it", static_cast<int>(name.size()),
                       name.data());
}

}  // namespace atollstore
