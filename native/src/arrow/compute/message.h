// The head of an Arrow record batch message, whose buffers lie in another order than Arrow's own writer would
// put them.
#ifndef ATOLL_ARROW_COMPUTE_MESSAGE_H_
#define ATOLL_ARROW_COMPUTE_MESSAGE_H_

#include <cstdint>
#include <span>
#include <vector>

namespace atollstore::compute {

// As flatbuf/Message.fbs has it.
struct MessageBuffer {
  int64_t offset;  // from the begin of the message's body
  int64_t length;
};
static_assert(sizeof(MessageBuffer) == 16);

// Sets where a message's buffers lie, and how long its body is. `head` is a flatbuffer that Arrow has made of
// as many buffers. False when it is not what is expected; then it may be changed in part.
[[nodiscard]] bool PlaceBuffers(std::span<uint8_t> head, const std::vector<MessageBuffer>& buffers,
                                int64_t body_length);

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_MESSAGE_H_
