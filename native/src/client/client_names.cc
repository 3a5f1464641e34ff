// Names: read from shared memory, changed by the server on request. Each thread that asks has a place of its
// client's record for the answer, and no lock while it waits.
#include <bit>
#include <cerrno>
#include <cstring>

#include "client/client_core.h"
#include "directory/names.h"
#include "os/socket.h"

namespace atollstore {

// A place for an answer, and the number of the question. An answer that comes after its thread has gone has
// another number than the next one there.
class ClientCore::NameQuestion {
 public:
  // Waits for a place: all may be taken. Without one when time is over.
  NameQuestion(ClientCore* client, const os::Deadline& deadline) : client_(client) {
    for (bool last = false;;) {
      const uint32_t seen = client_->name_bell_.Read();
      uint32_t free = client_->free_name_answers_.load(std::memory_order_relaxed);
      while (free != 0) {
        const uint32_t lowest = free & -free;
        if (!client_->free_name_answers_.compare_exchange_weak(free, free & ~lowest,
                                                               std::memory_order_acquire))
          continue;
        place_ = static_cast<uint32_t>(std::countr_zero(lowest));
        // 0 is of no question.
        while (ticket_ == 0) ticket_ = client_->name_ticket_.fetch_add(1, std::memory_order_relaxed) + 1;
        return;
      }
      if (last || client_->Disconnected()) return;
      last = !client_->name_bell_.Wait(seen, deadline);
    }
  }
  ~NameQuestion() {
    if (!has_place()) return;
    client_->free_name_answers_.fetch_or(1u << place_, std::memory_order_release);
    client_->name_bell_.Ring();
  }
  NameQuestion(const NameQuestion&) = delete;
  NameQuestion& operator=(const NameQuestion&) = delete;

  bool has_place() const { return place_ != kNameQuestions; }
  uint32_t place() const { return place_; }
  uint32_t ticket() const { return ticket_; }
  // The one that was answered last in this place.
  uint32_t Answered() const { return in().ticket.load(std::memory_order_acquire); }
  void Wait(uint32_t answered, const os::Deadline& until) const {
    os::FutexWait(&in().ticket, answered, until);
  }
  // REQUIRES: Answered() is this one.
  atoll_code Answer() const { return static_cast<atoll_code>(in().code.load(std::memory_order_relaxed)); }

 private:
  NameAnswer& in() const { return client_->record_->name_answers[place_]; }

  ClientCore* const client_;
  uint32_t place_ = kNameQuestions, ticket_ = 0;
};

// The server is another one, or has gone.
void ClientCore::WakeNameQuestions() {
  for (uint32_t taken = ~free_name_answers_.load(std::memory_order_seq_cst); taken != 0; taken &= taken - 1) {
    os::FutexWake(&record_->name_answers[std::countr_zero(taken)].ticket, UINT32_MAX);
  }
  name_bell_.Ring();
}

// What it answers. `repeated`: it may have been asked twice.
Result<atoll_code> ClientCore::AskForName(NameWish wish, std::string_view name, uint64_t place,
                                          int64_t timeout_ns, bool* repeated) {
  // A server that runs answers in less than what is "at once".
  constexpr int64_t kSendAgainNanos = 5'000'000, kLookNanos = 100'000'000;
  const int shown = static_cast<int>(name.size());
  const auto deadline = os::Deadline::After(std::max(timeout_ns, Wish::kAtOnceNanos));
  const auto gone = [&] {
    return Status::Error(ATOLL_DISCONNECTED, "the server has gone while asked for the name %.*s", shown,
                         name.data());
  };
  const NameQuestion question(this, deadline);
  if (!question.has_place()) {
    if (Disconnected()) return gone();
    return Status::Error(ATOLL_TIMED_OUT, "name %.*s: %u threads of client %u ask for names already", shown,
                         name.data(), kNameQuestions, me_);
  }
  NameRequest request{kMagic,
                      static_cast<uint16_t>(wish),
                      static_cast<uint16_t>(question.place()),
                      question.ticket(),
                      place,
                      name.size(),
                      {}};
  std::memcpy(request.name, name.data(), name.size());
  bool sent = false;
  for (uint32_t connection = connections_.load(std::memory_order_acquire);;) {
    // A request that went to a server which died is made again; doing it twice does nothing.
    const uint32_t now = connections_.load(std::memory_order_acquire);
    if (!sent || connection != now) {
      *repeated = *repeated || (sent && connection != now);
      connection = now;
      const os::Fd socket = socket_.now();
      const bool lost = !socket.ours();  // then the background thread takes it again
      sent = !lost && os::TrySend(socket, &request, sizeof(request));
      const bool full = !sent && !lost && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR);
      if (lost) WakeBackground();
      if (!sent && !lost && !full && !Supervised()) return gone();
    }
    const uint32_t answered = question.Answered();
    if (answered == question.ticket()) return question.Answer();
    if (Disconnected()) return gone();
    if (deadline.passed()) {
      return Status::Error(ATOLL_TIMED_OUT,
                           "name %.*s: the server (pid %lu) has not answered; it may do it later", shown,
                           name.data(), control_.header().server_pid.load(std::memory_order_relaxed));
    }
    question.Wait(answered, deadline.AtMost(sent ? kLookNanos : kSendAgainNanos));
  }
}

Status ClientCore::Publish(std::string_view name, ObjectId id, int64_t timeout_ns) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  ATOLL_RETURN_IF_ERROR(CheckName(name));
  bool repeated = false;
  auto asked = AskForName(NameWish::kPublish, name, id.place, timeout_ns, &repeated);
  if (!asked.ok()) return asked.status();
  const int shown = static_cast<int>(name.size());
  switch (const atoll_code code = asked.value()) {
    case ATOLL_OK:
      Count(&Counters::publishes);
      return {};
    case ATOLL_ALREADY_EXISTS:
      return Status::Error(code, "name %.*s: another object has it", shown, name.data());
    case ATOLL_TOO_MANY_NAMES:
      return Status::Error(code, "name %.*s: all %lu names are in use", shown, name.data(),
                           control_.geometry().max_names());
    case ATOLL_NOT_FOUND:
      return NotFound(id);
    case ATOLL_STORE_FULL:
      return NoControlMemory();
    default:
      return Status::Error(code, "name %.*s: the server answered with code %d", shown, name.data(), code);
  }
}

Status ClientCore::Unpublish(std::string_view name, int64_t timeout_ns) {
  ATOLL_RETURN_IF_ERROR(CheckName(name));
  bool repeated = false;
  auto asked = AskForName(NameWish::kUnpublish, name, 0, timeout_ns, &repeated);
  if (!asked.ok()) return asked.status();
  const int shown = static_cast<int>(name.size());
  const atoll_code code = asked.value();
  // Asked twice: the first time it was taken away.
  if (code == ATOLL_OK || (code == ATOLL_NOT_FOUND && repeated)) {
    Count(&Counters::unpublishes);
    return {};
  }
  if (code == ATOLL_NOT_FOUND) return Status::Error(code, "name %.*s: no object has it", shown, name.data());
  return Status::Error(code, "name %.*s: the server answered with code %d", shown, name.data(), code);
}

Result<ObjectId> ClientCore::Lookup(std::string_view name) {
  ATOLL_RETURN_IF_ERROR(CheckName(name));
  // A name may be taken away, and its object freed, between the table and the reference: then look again.
  for (int tries = 0; tries < 100; ++tries) {
    const uint64_t place = FindName(control_, name);
    if (place == 0) break;
    const ObjectId id({store_, place});
    const Status referred = Refer(id);
    if (referred.code() == ATOLL_NOT_FOUND) continue;
    if (!referred.ok()) return referred;
    Count(&Counters::lookups);
    return id;
  }
  return Status::Error(ATOLL_NOT_FOUND, "name %.*s: no object has it", static_cast<int>(name.size()),
                       name.data());
}

}  // namespace atollstore
