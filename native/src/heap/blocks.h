// Blocks of the data segment as their words in the control segment tell of them: what anybody may do to one.
// Only the owner of an extent makes blocks there (heap/client_heap.h); anybody frees a block by setting its
// word from its value back to 0, and then marks its slab for the owner, who would not look otherwise.
#ifndef ATOLL_HEAP_BLOCKS_H_
#define ATOLL_HEAP_BLOCKS_H_

#include "heap/size_class.h"
#include "layout/geometry.h"

namespace atollstore {

// Frees the block of an entry, if it has one and its word still says so. Doing it twice does nothing.
// Returns its number, 0 when nothing was freed: what the entry says may be another number by then.
uint64_t FreeBlock(const Control& control, Entry& entry, uint64_t place);

// The same for a block that no entry points to any more. Returns whether it was freed. REQUIRES: block is the
// number of a block word
bool FreeBlockWord(const Control& control, uint64_t block, uint64_t place);

// Where the block with this number lies, for an object of `bytes`.
uint64_t BlockOffset(const SizeClasses& classes, uint64_t block, uint64_t bytes);

// Frees the block of `bytes` at this offset whose word names the place, unless it is the one with the number `but`.
// Returns its number, 0 when there is none. For who no longer knows the number.
uint64_t FreeBlockAt(const Control& control, const SizeClasses& classes, uint64_t offset, uint64_t bytes, uint64_t place,
                     uint64_t but);

// Tells the owner of the slab that a block has become free in it. Who is killed between freeing and this
// leaves the block to the owner's next look at everything.
void MarkFreedSlab(const Control& control, uint64_t slab);

// What an object takes in its block: the contained ids come behind its bytes, 16-byte aligned.
constexpr uint64_t ObjectBytes(uint64_t size, uint64_t contained) {
  return contained == 0 ? size : (size + 15) / 16 * 16 + contained * sizeof(atoll_object_id);
}
uint64_t ObjectBytes(const Entry& entry);
// Whether an object of this size, with so many ids, fits into the store: else somebody has written into its entry.
inline bool MayBe(const Geometry& geometry, uint64_t size, uint64_t contained) {
  return size <= geometry.capacity() && ObjectBytes(size, contained) <= geometry.capacity();
}

// Bytes a block takes for an object of `bytes`, waste included.
uint64_t BlockBytes(const SizeClasses& classes, uint64_t bytes);

}  // namespace atollstore

#endif  // ATOLL_HEAP_BLOCKS_H_
