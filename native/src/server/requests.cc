#include "server/requests.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "os/socket.h"
#include "os/sync.h"

namespace atollstore {

// The loop has an end for a client that never stops sending; epoll brings the rest.
bool Requests::Take(uint32_t client) {
  for (int i = 0; i < 64; ++i) {
    NameRequest request;
    const int64_t length = os::TakeMessage(admission_->SocketOf(client), &request, sizeof(request));
    if (length <= 0) return length == 0;
    if (length == sizeof(CheckRequest)) {
      CheckRequest check;
      std::memcpy(&check, &request, sizeof(check));
      const ObjectId id({control_.header().store.load(std::memory_order_relaxed), check.place});
      if (check.magic == kMagic && spiller_ != nullptr && id.index() < control_.entries_high())
        spiller_->Check(id.index(), id.generation());
    }
    if (length == sizeof(request) && request.magic == kMagic) Answer(client, request);
  }
  return true;
}

bool Requests::AnswerLate() {
  if (late_.empty()) return false;
  for (auto late = std::exchange(late_, {}); const auto& [client, request] : late) {
    if (admission_->Has(client)) Answer(client, request);
  }
  return !late_.empty();
}

void Requests::Answer(uint32_t client, const NameRequest& request) {
  const std::string_view name(request.name, std::min<uint64_t>(request.length, kMaxNameBytes));
  Status answer = CheckName(name);
  if (request.length > kMaxNameBytes) answer = Status(ATOLL_INVALID_ARGUMENT);
  if (answer.ok()) {
    switch (static_cast<NameWish>(request.wish)) {
      case NameWish::kPublish:
        answer = names_->Publish(name, request.place);
        // There may be some in a moment.
        if (answer.code() == ATOLL_STORE_FULL && !reserver_->Refill()) {
          late_.emplace_back(client, request);
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
