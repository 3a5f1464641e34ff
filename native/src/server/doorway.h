// Where clients come: the socket that the server listens to at the store's path, and those who have connected and have not
// said yet what they want. The server's thread alone.
//
// The listener is made anew when somebody else in the process has closed it, and when its file has gone (SocketKeeper).
// Whoever says nothing makes room for those who come after it.
#ifndef ATOLL_SERVER_DOORWAY_H_
#define ATOLL_SERVER_DOORWAY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "layout/geometry.h"
#include "os/socket.h"
#include "server/socket_keeper.h"
#include "server/watcher.h"

namespace atollstore {

class Doorway {
 public:
  // Connected, and has not said hello.
  struct Guest {
    os::UniqueFd socket;
    os::Peer peer;
    int64_t since = 0;
  };
  static constexpr size_t kMostGuests = 256;

  // `path` is absolute; `file` is what is there, or not known: then Use() takes what the header says.
  Doorway(std::string path, os::UniqueFd listener, const os::SocketFile& file)
      : path_(std::move(path)), file_(file), listener_(std::move(listener)) {}
  // Before all that follows, but Close(). `watcher` lives longer than this.
  void Use(const Control& control, Watcher* watcher);
  // From here on guests come.
  Status Open();
  // Beside a thread of the server's: the socket's file is looked after. `follows`: another life has made it.
  Status Keep(const os::WakeFd* wake, bool follows);
  // Nobody comes any more, and the socket's file goes, if it is still this one.
  void Close();

  const std::string& path() const { return path_; }
  size_t guests() const { return guests_.size(); }

  // Lets all guests in that are there.
  void AcceptAll();
  // Who has said something is the caller's from now on; without a socket when there is no such guest.
  Guest Take(int number);
  // Without a descriptor for another connection it does not listen for a while. Returns whether it is so still.
  bool ListenAgain();
  // Takes the listener that the keeper has made. Costs next to nothing.
  void TakeMade();
  // Looks whether the listener is still its own. A system call.
  void LookAround();
  // The watcher has lost what it watched.
  void WatchAgain();

 private:
  bool DropOldest();
  void ListenAnew();
  void ListenTo(SocketKeeper::Made made);
  void Note(const os::SocketFile& file);
  Status WatchListener();

  const std::string path_;
  os::SocketFile file_;  // what was made there
  os::UniqueFd listener_;
  Control control_;
  Watcher* watcher_ = nullptr;
  std::unique_ptr<SocketKeeper> keeper_;  // null: without a thread nobody looks after it
  std::map<int, Guest> guests_;           // by descriptor
  int64_t listen_again_at_ = 0;           // 0: it listens
  bool told_ = false;                     // that the listener is gone
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_DOORWAY_H_
