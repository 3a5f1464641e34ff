// What may be done to an entry, for clients and the server alike: pin, refer, wait, and tell the server that
// an entry may have become free.
//
// Pins work like hazard pointers: add to the own slot, then look at the word; the server stores DYING, then
// looks at the slots. All four are seq_cst, so at least one side sees the other (with a plain store, x86 lost
// 233 pins in a million). Whoever finds DYING after its add puts the word back, and the server's second CAS
// fails.
//
// Which slots there are to look at is said in directory/holders.h: who is not the maker enters first. The maker
// of an object may free it in the same way as the server does, as long as nobody else has entered.
#ifndef ATOLL_DIRECTORY_DIRECTORY_H_
#define ATOLL_DIRECTORY_DIRECTORY_H_

#include "directory/holders.h"
#include "layout/geometry.h"

namespace atollstore {

// What Validate() found after a pin or reference was added.
enum class Found { kSealed, kPending, kLost, kGone };

// Before client `me` adds to its slot of this entry: whoever takes the object away from now on looks there.
// Returns false when there is no such object. REQUIRES: what was added is looked at with Validate() afterwards.
bool Enter(const Control& control, uint32_t me, uint64_t index, uint64_t generation);
// What Enter() does when the entry does not name the client yet: touched first, then its number.
void Register(const Control& control, uint32_t me, uint64_t index);

// Looks at the word until it is in a state that the pin or reference which was added protects; revives DYING.
// `seen` is the word it ended with.
Found Validate(Entry& entry, uint64_t generation, Word* seen);

// What a user is told about an entry with this word.
atoll_object_state Visible(Word word);

// Sets the entry's bit in the client's "dropped" bitmap. The bit first, then its summary: a client killed in
// between leaves the bit to its burial.
void SetDropped(const Control& control, uint32_t client, uint64_t index);

// What the bits of a wait slot stand for: object bells that threads have leased, and four that the client has for its
// watches (client/watches.h): "ask me before it is lost", which becomes "asked, and has not answered", "only you hold
// this", and "ready". All four ring the last bell.
constexpr uint32_t kLeasedBells = 28;
constexpr uint32_t kAskBell = 28;
constexpr uint32_t kAskedBell = 29;
constexpr uint32_t kAloneBell = 30;
constexpr uint32_t kWatchBell = 31;
// The bell of a thread that has leased this one; when all were taken, threads share the last one.
constexpr uint32_t BellSlot(uint32_t leased) { return leased < kLeasedBells ? leased : kLeasedBells - 1; }

// Enters, and registers the bell for the entry. Returns false when the entry no longer is to be waited for; look
// again.
bool SetWait(const Control& control, uint32_t client, uint64_t index, uint64_t generation, uint32_t bell);

// Asks for an event when no other client refers to the entry, nor the server for a container or a name. Returns false
// when that is so now, or the object is lost or gone. REQUIRES: the client has a reference.
bool SetWaitAlone(const Control& control, uint32_t client, uint64_t index, uint64_t generation);
// Tells the client that it alone refers to the entry, if it has asked for that.
void TellAlone(const Control& control, uint32_t client, uint64_t index);

// An object whose record on disk is bad is EXPECTED again while one of its holders, which has said that it wants to be
// asked, is to answer whether it is made again (c.h: atoll_watch_damaged). Its wait slot says so until then, also to the
// server that buries it or follows another one.

// The client wants to be asked. Returns false when it has been asked, or there is no such object that is not lost.
// REQUIRES: the client has a reference.
bool SetAsk(const Control& control, uint32_t client, uint64_t index, uint64_t generation);
bool WasAsked(const Control& control, uint32_t client, uint64_t index);
// Whether it has been asked and the word is no longer that of an object on disk.
bool MayAnswer(const Control& control, uint32_t client, uint64_t index);
// Its answers: it, or somebody, makes the object again; or nobody does. The latter also says that it does not want to be
// asked any more.
void Answered(const Control& control, uint32_t client, uint64_t index);
void GiveUpAsked(const Control& control, uint32_t client, uint64_t index, uint64_t generation);
// Asks one holder but `except` that wants to be, or has been and has not answered; for the server. The word may still
// say what it did: the client is told by TellAsked() when it does not any more. Returns 0 when there is nobody.
uint32_t AskHolder(const Control& control, uint64_t index, uint32_t except);
void TellAsked(const Control& control, uint32_t client, uint64_t index);
// EXPECTED -> LOST: nobody makes it again. Returns false when it is not EXPECTED, or another one.
bool LoseExpected(const Control& control, uint64_t index, uint64_t generation);

// Rings the bells of all who wait for the entry; the ready mark of those who watch it is set before.
void RingWaiters(const Control& control, uint64_t index);

// Has the client's threads that wait for room or an entry look for themselves.
void RingWishes(const Control& control, uint32_t client);

// Rings every bell of every client, the scheduler's and the one for room: something changed for which nobody
// can tell who waits.
void RingAll(const Control& control);

}  // namespace atollstore

#endif  // ATOLL_DIRECTORY_DIRECTORY_H_
