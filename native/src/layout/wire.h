// What goes over the socket: one greeting each way, then single bytes that mean "look at the shared memory",
// and what a client asks of the server with more words than that.
#ifndef ATOLL_LAYOUT_WIRE_H_
#define ATOLL_LAYOUT_WIRE_H_

#include <cstdint>

#include "layout/records.h"

namespace atollstore {

struct Hello {
  uint64_t magic;
  uint32_t layout_version;
  uint32_t client;  // 0: a new one; kLooks; else the slot of one whose connection has ended
  uint32_t epoch;   // of that slot
  uint32_t spare;
};
static_assert(sizeof(Hello) == 24);

// As Hello::client: somebody who only wants to look, and needs no slot for it. The answer brings the
// segments, and ends the connection.
constexpr uint32_t kLooks = 0xffffffff;

// Why nobody was let in.
enum class Refusal : uint32_t {
  kVersion = 1,    // of the layout
  kUser = 2,       // of another user; detail: its uid
  kNamespace = 3,  // the pid of the other process means nothing here
  kNoPidFd = 4,    // the server's kernel or sandbox gives no pidfd of it; detail: errno
  kHeir = 5,  // another process has connected than the one that speaks, and the kernel cannot attest that one
  kSlots = 6,      // all are in use; detail: how many there are
  kForgotten = 7,  // who wanted its slot back does not have it any more
  kSegments = 8,   // the server has lost the descriptors of its memory
  kMemory = 9,     // there is no control memory for one more
};

// Two descriptors come with it when code is 0: the control segment, then the data segment.
struct Welcome {
  uint64_t magic;
  uint32_t layout_version;  // of the server
  uint32_t code;            // atoll_code
  uint32_t client;          // index of the slot given out; on failure: a Refusal
  uint32_t detail;          // on failure: as the Refusal says
};
static_assert(sizeof(Welcome) == 24);

// A store whose supervisor and server were both killed lives on in its clients. Whoever starts it again
// listens for a moment at its path with this behind it, and the first client that comes sends one Return with
// the control segment and the data segment.
constexpr char kReturnSuffix[] = ".return";

struct Return {
  uint64_t magic;
  uint64_t layout_version;
};
static_assert(sizeof(Return) == 16);

enum class NameWish : uint16_t { kPublish = 1, kUnpublish = 2 };

// Answered in one of the client's NameAnswers: the code, then the ticket.
struct NameRequest {
  uint64_t magic;
  uint16_t wish;    // NameWish
  uint16_t answer;  // which of them
  uint32_t ticket;
  uint64_t place;   // of the object, to publish
  uint64_t length;  // of the name
  char name[kMaxNameBytes];
};
static_assert(sizeof(NameRequest) == 256);

// A client has read the record of an object on disk and found it bad. The server looks for itself, and rings those
// who wait for the object when it has: it is LOST then, or the record is as it should be.
struct CheckRequest {
  uint64_t magic;
  uint64_t place;  // of the object
};
static_assert(sizeof(CheckRequest) == 16);

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_WIRE_H_
