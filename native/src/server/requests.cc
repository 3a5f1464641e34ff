// What clients ask of the server with a message of their own, and not only a nudge.
#include <algorithm>
#include <cstring>
#include <utility>

#include "server/server_core.h"

namespace atollstore {

// Takes what a client has sent; all but requests means "look at the shared memory". Returns false when it has
// closed the connection. The loop has an end for a client that never stops sending; epoll brings the rest.
bool ServerCore::TakeRequests(uint32_t client) {
  for (int i = 0; i < 64; ++i) {
    NameRequest request;
    const int64_t length = os::TakeMessage(slots_[client].socket.get(), &request, sizeof(request));
    if (length <= 0) return length == 0;
    if (length == sizeof(CheckRequest)) {
      CheckRequest check;
      std::memcpy(&check, &request, sizeof(check));
      const ObjectId id({control_.header().store.load(std::memory_order_relaxed), check.place});
      if (check.magic == kMagic && spiller_ != nullptr && id.index() < control_.geometry().objects())
        spiller_->Check(id.index(), id.generation());
    }
    if (length == sizeof(request) && request.magic == kMagic) AnswerName(client, request);
  }
  return true;
}

// Those that wait for control memory, again. Returns whether there are any left.
bool ServerCore::AnswerLateNames() {
  for (auto late = std::exchange(late_names_, {}); const auto& [client, request] : late) {
    if (slots_[client].used && !slots_[client].dead) AnswerName(client, request);
  }
  return !late_names_.empty();
}

void ServerCore::AnswerName(uint32_t client, const NameRequest& request) {
  const std::string_view name(request.name, std::min<uint64_t>(request.length, kMaxNameBytes));
  Status answer = CheckName(name);
  if (request.length > kMaxNameBytes) answer = Status(ATOLL_INVALID_ARGUMENT);
  if (answer.ok()) {
    switch (static_cast<NameWish>(request.wish)) {
      case NameWish::kPublish:
        answer = names_->Publish(name, request.place);
        // There may be some in a moment.
        if (answer.code() == ATOLL_STORE_FULL && !reserver_->Refill()) {
          late_names_.emplace_back(client, request);
          return;
        }
        break;
      case NameWish::kUnpublish: {
        auto index = names_->Unpublish(name);
        answer = index.status();
        if (index.ok()) sweeper_->Add(index.value());
        break;
      }
      default:
        answer = Status(ATOLL_INVALID_ARGUMENT);
    }
  }
  NameAnswer& in = control_.client(client).name_answers[request.answer % kNameQuestions];
  in.code.store(static_cast<uint32_t>(answer.code()), std::memory_order_relaxed);
  // release; pairs with the acquire in NameQuestion::Answer().
  in.ticket.store(request.ticket, std::memory_order_release);
  os::FutexWake(&in.ticket, UINT32_MAX);
}

}  // namespace atollstore
