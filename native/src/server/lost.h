// What somebody else in the server's process has closed by mistake, and what has become of it: a line on stderr, since
// whoever reads it has to look for the mistake in code of their own.
#ifndef ATOLL_SERVER_LOST_H_
#define ATOLL_SERVER_LOST_H_

#include <string>

namespace atollstore {

// `what` says what the descriptor is for; `again` whether there is another one now. Any thread.
void TellLost(const std::string& store, int descriptor, const char* what, bool again);

}  // namespace atollstore

#endif  // ATOLL_SERVER_LOST_H_
