/** @file
 * The functions of c.h as a table, for code that runs in a process which has the store's library already: a
 * kernel in a worker of Java's. Linked to a copy of its own it would be a second client, with thread numbers
 * of its own.
 *
 * Each member is the function of c.h of the same name (delete_ is atoll_delete()), whose comment is the
 * contract. Those that are not here are for who serves a store, attaches a process to it or carries its
 * messages: none of that is a kernel's. kernel.h wraps this in C++.
 */
#ifndef ATOLL_API_H_
#define ATOLL_API_H_

#include "atoll/c.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The first two members are there in every version, and say whether the rest can be used: abi_version must
 * be the ATOLL_ABI_VERSION that the caller was compiled with, and size at least the end of the last member
 * that it calls. Members are only ever added at the end. */
struct atoll_api {
  uint64_t size;        /**< bytes of this table, in the library that has made it */
  uint64_t abi_version; /**< ATOLL_ABI_VERSION of that library */

  /** @cond of c.h, by name */

  const char* (*last_error)(void);
  const char* (*code_name)(int64_t code);
  int64_t (*client_index)(const atoll_client* client);
  uint64_t (*store_id)(const atoll_client* client);
  int64_t (*expect)(atoll_client* client, atoll_object_id* id);
  int64_t (*create)(atoll_client* client, atoll_object_id* id, uint64_t size, uint64_t contained,
                    uint64_t tag, int64_t timeout_ns, uint64_t* address);
  int64_t (*create_reserved)(atoll_client* client, atoll_object_id* id, uint64_t size, uint64_t contained,
                             uint64_t tag, uint64_t* address);
  int64_t (*resize)(atoll_client* client, const atoll_object_id* id, uint64_t size, int64_t timeout_ns,
                    uint64_t* address);
  int64_t (*copy)(void* to, const void* from, uint64_t bytes);
  int64_t (*seal)(atoll_client* client, const atoll_object_id* id, const atoll_object_id* contained);
  int64_t (*abort)(atoll_client* client, const atoll_object_id* id);
  int64_t (*get)(atoll_client* client, const atoll_object_id* id, int64_t timeout_ns, atoll_view* view);
  int64_t (*get_all)(atoll_client* client, const atoll_object_id* ids, uint64_t count, int64_t timeout_ns,
                     atoll_view* views);
  int64_t (*peek)(atoll_client* client, const atoll_object_id* ids, uint64_t count, atoll_view* views);
  int64_t (*read)(atoll_client* client, const atoll_object_id* id, uint64_t offset, void* buffer,
                  uint64_t bytes, int64_t timeout_ns);
  int64_t (*release)(atoll_client* client, const atoll_object_id* id);
  int64_t (*reference)(atoll_client* client, const atoll_object_id* id);
  int64_t (*dereference)(atoll_client* client, const atoll_object_id* id);
  int64_t (*contains)(atoll_client* client, const atoll_object_id* id);
  int64_t (*delete_)(atoll_client* client, const atoll_object_id* id);
  int64_t (*wait)(atoll_client* client, const atoll_object_id* ids, uint64_t count, uint64_t wanted,
                  int64_t timeout_ns, uint8_t* ready);
  int64_t (*watch)(atoll_client* client, const atoll_object_id* ids, uint64_t count);
  int64_t (*watch_alone)(atoll_client* client, const atoll_object_id* id);
  int64_t (*watch_damaged)(atoll_client* client, const atoll_object_id* id);
  int64_t (*expect_again)(atoll_client* client, const atoll_object_id* id);
  int64_t (*give_up)(atoll_client* client, const atoll_object_id* id);
  int64_t (*unwatch)(atoll_client* client, const atoll_object_id* ids, uint64_t count);
  int64_t (*take_ready)(atoll_client* client, atoll_event* events, uint64_t max, int64_t timeout_ns);
  int64_t (*claim)(atoll_client* client, const atoll_object_id* id, uint64_t expected, uint64_t desired);
  int64_t (*claimed)(atoll_client* client, const atoll_object_id* id);
  int64_t (*publish)(atoll_client* client, const char* name, const atoll_object_id* id, int64_t timeout_ns);
  int64_t (*unpublish)(atoll_client* client, const char* name, int64_t timeout_ns);
  int64_t (*lookup)(atoll_client* client, const char* name, atoll_object_id* id);
  int64_t (*stats)(atoll_client* client, atoll_stats_t* stats);
  int64_t (*client_stats)(atoll_client* client, uint64_t client_index, atoll_client_stats_t* stats);
  int64_t (*count_copied)(atoll_client* client, uint64_t bytes);
  int64_t (*count_user)(atoll_client* client, uint64_t counter, uint64_t add);
  int64_t (*list)(atoll_client* client, uint64_t* cursor, atoll_object_info* infos, uint64_t max);
  int64_t (*read_whole)(atoll_client* client, const atoll_object_id* id, void* buffer, uint64_t bytes,
                        int64_t timeout_ns);

  /** @endcond */
};

/** What a kernel finds in its process. The first two members are there in every version. */
typedef struct atoll_kernel_host {
  uint64_t size;        /**< bytes of this struct */
  uint64_t abi_version; /**< ATOLL_ABI_VERSION of the library that has made it */
  const atoll_api* api; /**< never null */
  /** This process's attachment; null while it has none. Set and cleared by its owner, who detaches it: read
   * it atomically, and use it no longer than the call from Java lasts that you are in. */
  atoll_client* client;
} atoll_kernel_host;

#ifdef __cplusplus
}
#endif

#endif /* ATOLL_API_H_ */
