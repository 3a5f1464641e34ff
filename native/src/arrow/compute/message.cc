#include "compute/message.h"

#include <cstring>

namespace atollstore::compute {
namespace {

// Fields of the tables, as offsets into their vtables: 4, and 2 for each field before.
constexpr size_t kMessageHeader = 8, kMessageBodyLength = 10, kBatchBuffers = 8;

// A flatbuffer of ours, so that a place outside is a mistake in it.
class Reader {
 public:
  explicit Reader(std::span<uint8_t> bytes) : bytes_(bytes) {}
  template <typename T>
  T At(size_t at) {
    T value{};
    if (at > bytes_.size() || sizeof(T) > bytes_.size() - at) {
      sound_ = false;
    } else {
      std::memcpy(&value, bytes_.data() + at, sizeof(T));
    }
    return value;
  }
  template <typename T>
  void Set(size_t at, const T& value) {
    if (at > bytes_.size() || sizeof(T) > bytes_.size() - at) {
      sound_ = false;
    } else {
      std::memcpy(bytes_.data() + at, &value, sizeof(T));
    }
  }
  size_t Follow(size_t at) { return at + At<uint32_t>(at); }
  // Where a table's field lies; 0 when it is not there.
  size_t Field(size_t table, size_t slot) {
    const size_t vtable = table - static_cast<size_t>(static_cast<int64_t>(At<int32_t>(table)));
    const uint16_t offset = slot < At<uint16_t>(vtable) ? At<uint16_t>(vtable + slot) : uint16_t{0};
    sound_ = sound_ && offset != 0;
    return offset == 0 ? 0 : table + offset;
  }
  bool sound() const { return sound_; }

 private:
  std::span<uint8_t> bytes_;
  bool sound_ = true;
};

}  // namespace

bool PlaceBuffers(std::span<uint8_t> head, const std::vector<MessageBuffer>& buffers, int64_t body_length) {
  Reader reader(head);
  const size_t message = reader.Follow(0);
  const size_t length = reader.Field(message, kMessageBodyLength);
  const size_t header = reader.Field(message, kMessageHeader);
  if (!reader.sound()) return false;
  const size_t field = reader.Field(reader.Follow(header), kBatchBuffers);
  if (!reader.sound()) return false;
  const size_t vector = reader.Follow(field);
  if (reader.At<uint32_t>(vector) != buffers.size() || !reader.sound()) return false;
  for (size_t i = 0; i < buffers.size(); ++i) {
    reader.Set(vector + sizeof(uint32_t) + i * sizeof(MessageBuffer), buffers[i]);
  }
  reader.Set(length, body_length);
  return reader.sound();
}

}  // namespace atollstore::compute
