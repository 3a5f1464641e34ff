// What a store is outside of any process: two segments and the socket it listens at. Who holds these
// descriptors can start a server life over them; supervisor and server of atoll-store both do.
#ifndef ATOLL_SERVER_SEGMENTS_H_
#define ATOLL_SERVER_SEGMENTS_H_

#include "atoll/c.h"
#include "result.h"
#include "os/shared_memory.h"
#include "os/socket.h"
#include "os/unique_fd.h"

namespace atollstore {

struct Segments {
  os::SharedMemory control, data;
  os::UniqueFd listener;
  os::UniqueFd spill_lock;  // invalid when nothing is spilled
  os::SocketFile socket;    // of the listener; not known of one that another process has made

  // A new, empty store that listens already. REQUIRES: options.socket_path is not null
  static Result<Segments> Make(const atoll_server_options& options, bool supervised);
  // Those of a store that served the same path until its supervisor and its server were both killed, from a
  // client that still has them: waits for one for a second when it finds a socket that nobody listens to.
  // ATOLL_NOT_FOUND when there is none. What is wrong with segments that are not taken goes to stderr.
  static Result<Segments> GivenBack(const atoll_server_options& options);
  // Those that this process was given. Fails when they are not segments of a store.
  static Result<Segments> Adopt(os::UniqueFd control, os::UniqueFd data, os::UniqueFd listener,
                                os::UniqueFd spill_lock);
  // Listens, and locks the directory of what is spilled.
  Status Open(const atoll_server_options& options, uint64_t store);
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SEGMENTS_H_
