// Names of objects, read by anybody without asking: an open table in the control segment in which a name lies
// at its hash or behind it. Only the server writes (server/name_table.h); each record has a sequence number
// that is odd while it is being written, and whoever reads looks at it before and after. A record that is
// being written is passed over: its name is not there yet, or not any more.
#ifndef ATOLL_DIRECTORY_NAMES_H_
#define ATOLL_DIRECTORY_NAMES_H_

#include <string_view>

#include "layout/geometry.h"

namespace atollstore {

// ATOLL_INVALID_ARGUMENT unless it has 1 to kMaxNameBytes bytes.
Status CheckName(std::string_view name);

uint64_t HashOf(std::string_view name);

// What was read of a record in one piece. `text` holds `length` bytes.
struct NameSeen {
  uint64_t place = 0;    // of the object; 0: no name here
  bool chained = false;  // a name that belongs here may lie further on
  uint64_t hash = 0;
  uint32_t length = 0;
  char text[kMaxNameBytes];

  bool Is(std::string_view name, uint64_t hash_of_name) const {
    return place != 0 && hash == hash_of_name && std::string_view(text, length) == name;
  }
};

// Returns what the record held at some moment of the call. One that is being written, or that somebody has
// damaged, is chained and has no name.
NameSeen ReadName(const NameRecord& record);

// The same of the record in this slot. Of a page that was never written it is nothing, and the page stays without memory.
NameSeen NameAt(const Control& control, uint64_t slot);
bool WasWritten(const Control& control, uint64_t slot);

// The place of the object of that name, 0 when there is none.
uint64_t FindName(const Control& control, std::string_view name);

}  // namespace atollstore

#endif  // ATOLL_DIRECTORY_NAMES_H_
