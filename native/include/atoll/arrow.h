/** @file
 * Arrow C++ on the store's objects: tables and tensors that lie where all processes see them.
 *
 *     ArrowStore store = ArrowStore::Of(*client);                 // of client.h; or ArrowStore(api, client)
 * of a kernel's ARROW_ASSIGN_OR_RAISE(auto table, store.GetTable(id, 1s));  // what Java has put: its buffers
 * lie in the store
 *     ...
 *     ARROW_ASSIGN_OR_RAISE(ObjectId made, store.PutTensor(*tensor, 10s));  // Java gets a Tensor
 *
 * What Get gives is a view. Each of its buffers holds the pin, so that the object stays as long as anything
 * does that was made of it, and no longer: closing, spilling and freeing wait for that. The memory is
 * write-protected. Put writes each byte once, into the store. The client must outlive all views.
 *
 * Failures are arrow::Status: Invalid of what is no such value, KeyError of an object that is not there,
 * OutOfMemory of a store without room, IOError of all else, with the store's own words.
 *
 * Thread-safe as c.h is. A program links the library atoll_arrow, the store's library and Arrow's.
 */
#ifndef ATOLL_ARROW_H_
#define ATOLL_ARROW_H_

#include <arrow/api.h>

#include <cstdint>
#include <memory>

#include "atoll/api.h"
#include "atoll/client.h"
#include "atoll/object_id.h"
#include "atoll/timeout.h"

namespace atollstore {
inline namespace v1 {

/** Values of Arrow's in a store. Owns nothing and may be copied. */
class ArrowStore {
 public:
  /** The tag of an object that is an Arrow tensor message. */
  static constexpr uint64_t kTensorTag = 20;
  /** The tag of an object that is an Arrow IPC stream, and comes to Java as a Table. */
  static constexpr uint64_t kTableTag = 21;
  /** The same of a stream of one batch, which comes to Java as that batch. */
  static constexpr uint64_t kBatchTag = kTableTag | 1 << 8;

  /** On an attachment, by the functions of api.h. REQUIRES: both outlive this and all views. */
  ArrowStore(const atoll_api* api, atoll_client* client) : api_(api), client_(client) {}
  /** On a client of a program's own, which is linked to the store's library. */
  static ArrowStore Of(Client& client) { return ArrowStore(atoll_get_api(), client.handle()); }

  /** Stores a batch. The caller then holds one reference to the object. Waits up to `timeout` for room. */
  arrow::Result<ObjectId> PutBatch(const arrow::RecordBatch& batch, Timeout timeout) const;
  /** Stores a table, a message for each of its chunks. As PutBatch(). */
  arrow::Result<ObjectId> PutTable(const arrow::Table& table, Timeout timeout) const;
  /** Stores a tensor. As PutBatch(). */
  arrow::Result<ObjectId> PutTensor(const arrow::Tensor& tensor, Timeout timeout) const;

  /** A view of the one batch of a stored table or batch; waits up to `timeout` for it to be there. */
  arrow::Result<std::shared_ptr<arrow::RecordBatch>> GetBatch(ObjectId id, Timeout timeout) const;
  /** A view of a stored table, batch or vector. As GetBatch(). */
  arrow::Result<std::shared_ptr<arrow::Table>> GetTable(ObjectId id, Timeout timeout) const;
  /** A view of a stored tensor. As GetBatch(). */
  arrow::Result<std::shared_ptr<arrow::Tensor>> GetTensor(ObjectId id, Timeout timeout) const;

  /** Its bytes, whatever they are. The buffer holds the pin. `tag`, unless null, is set to the object's. */
  arrow::Result<std::shared_ptr<arrow::Buffer>> GetBuffer(ObjectId id, Timeout timeout,
                                                          uint64_t* tag = nullptr) const;

 private:
  const atoll_api* api_;
  atoll_client* client_;
};

}  // namespace v1
}  // namespace atollstore

#endif  // ATOLL_ARROW_H_
